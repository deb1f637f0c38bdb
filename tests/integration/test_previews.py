"""Previewing a step as a contact would get it."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from outrider.kit import ids
from tests.harness.api import ANONYMOUS, Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, a_mailbox, launched, some_contacts

SPUN = {
    **STEP_ONE,
    "text": "{Hi|Hello|Dear} {{ first_name }}, {one|two|three} questions from {{ sender.email }}",
    "html": '<p>{Hi|Hello|Dear} {{ first_name }}, <a href="https://a.example/">look</a></p>',
}


def a_draft(api: Api, *steps: dict[str, Any], **fields: Any) -> tuple[str, list[str]]:
    """A sequence and the ids of its steps."""
    body = {"name": "First", "steps": list(steps or (SPUN, STEP_TWO)), **fields}
    sequence_id = api.post("/v1/sequences", body).json["id"]
    return sequence_id, step_ids(api, sequence_id)


def step_ids(api: Api, sequence_id: str) -> list[str]:
    return [step["id"] for step in api.get(f"/v1/sequences/{sequence_id}/steps").json["steps"]]


def asked(api: Api, **query: str) -> Answer:
    return api.get(f"/v1/messages/preview?{urlencode(query)}")


def preview(api: Api, **query: str) -> dict[str, Any]:
    answer = asked(api, **query)
    assert answer.status == 200, answer.text
    shown: dict[str, Any] = answer.json
    return shown


def rules(shown: dict[str, Any], severity: str = "error") -> list[tuple[str, str]]:
    found = shown["findings"]
    return [(each["rule"], each["where"]) for each in found if each["severity"] == severity]


class TestPreview:
    def test_shows_what_is_sent(self, api: Api, cloud: Cloud) -> None:
        settings = {"track_clicks": True, "postal_address": "1 Main St"}
        campaign = launched(api, steps=(SPUN, STEP_TWO), settings=settings)
        step_id = step_ids(api, campaign.sequence_id)[0]
        (contact_id,) = campaign.contact_ids

        shown = preview(
            api, sequence_id=campaign.sequence_id, step_id=step_id, contact_id=contact_id
        )
        cloud.run(hours=1)

        listed = api.get("/v1/messages").json["data"][0]
        sent = api.get(f"/v1/messages/{listed['id']}").json
        assert (shown["enrolled"], shown["sendable"], rules(shown)) == (True, True, [])
        for name in ("subject", "html", "text"):
            assert _without_links(shown[name]) == _without_links(sent[name])
        for name in ("mailbox_id", "variant_id", "sender", "recipient"):
            assert shown[name] == sent[name]
        assert shown["tracked_links"] == sent["links"] == ["https://a.example/"]
        (mail,) = cloud.mails()
        assert shown["headers"].keys() == set(mail.message.keys())
        assert shown["headers"]["To"] == "ada0@example.com"

    def test_changes_and_sends_nothing(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        (contact_id,) = some_contacts(api, 1)
        sequence_id, (first, _) = a_draft(api)

        with cloud.writes() as written:
            shown = preview(api, sequence_id=sequence_id, step_id=first, contact_id=contact_id)

        assert (written, cloud.mails()) == ([], [])
        assert (shown["enrolled"], shown["sendable"]) == (False, True)
        assert shown["subject"] == "A question, Ada0"

    def test_answers_in_the_thread_that_the_first_mail_will_begin(self, api: Api) -> None:
        a_mailbox(api)
        (contact_id,) = some_contacts(api, 1)
        sequence_id, (_, second) = a_draft(api)

        shown = preview(api, sequence_id=sequence_id, step_id=second, contact_id=contact_id)

        assert (shown["subject"], shown["sendable"]) == ("Re: A question, Ada0", True)

    def test_shows_what_was_sent_in_the_thread_as_it_was(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(SPUN, STEP_TWO))
        (contact_id,) = campaign.contact_ids
        cloud.run(days=10)
        first, second = cloud.mails()

        shown = [
            preview(api, sequence_id=campaign.sequence_id, step_id=step, contact_id=contact_id)
            for step in step_ids(api, campaign.sequence_id)
        ]

        answers = [each["headers"].get("In-Reply-To") for each in shown]
        assert answers == [None, second.message["In-Reply-To"]]
        assert first.message["In-Reply-To"] is None

    def test_shows_the_variant_and_the_mailbox_asked_for(self, api: Api) -> None:
        a_mailbox(api)
        other = a_mailbox(api, email="bob@outrider.test")
        variants = [{"subject": "One", "text": "1"}, {"subject": "Two!!", "text": "2"}]
        step = {"channel": "email", "wait_days": 0, "variants": variants}
        (contact_id,) = some_contacts(api, 1)
        sequence_id, (first,) = a_draft(api, step)
        names = {"sequence_id": sequence_id, "step_id": first, "contact_id": contact_id}

        one = preview(api, **names, variant_id="a", mailbox_id=other["id"])
        two = preview(api, **names, variant_id="b")

        assert (one["subject"], two["subject"]) == ("One", "Two!!")
        assert (one["sender"], one["mailbox_id"]) == ("bob@outrider.test", other["id"])
        assert "punctuation" not in dict(rules(one, "warning"))
        assert ("punctuation", "/steps/0/variants/1/subject") in rules(two, "warning")

    def test_names_every_variable_without_a_value(self, api: Api) -> None:
        a_mailbox(api)
        (contact_id,) = some_contacts(api, 1)
        step = {**STEP_ONE, "text": "{{ title }} at {{ custom.plan }}, {{ phone | default: '' }}"}
        sequence_id, (first,) = a_draft(api, step)

        shown = preview(api, sequence_id=sequence_id, step_id=first, contact_id=contact_id)

        assert (shown["sendable"], shown["text"]) == (False, None)
        assert shown["subject"] == "A question, Ada0"
        assert rules(shown) == [("missing_value", "/steps/0/text")] * 2
        messages = [each["message"] for each in shown["findings"]]
        assert any("custom.plan" in each for each in messages)

    def test_says_that_there_is_no_mailbox(self, api: Api) -> None:
        (contact_id,) = some_contacts(api, 1)
        sequence_id, (first, _) = a_draft(api, STEP_ONE, STEP_TWO)

        shown = preview(api, sequence_id=sequence_id, step_id=first, contact_id=contact_id)

        assert rules(shown) == [("no_mailbox", "/steps/0")]
        assert (shown["sender"], shown["text"], shown["headers"]) == (None, "Hi Ada0", {})

    @pytest.mark.parametrize("channel", ["sms", "call"])
    def test_shows_what_is_no_mail(self, api: Api, channel: str) -> None:
        (contact_id,) = some_contacts(api, 1)
        api.patch(f"/v1/contacts/{contact_id}", {"phone": "+14155552671"})
        step = {"channel": channel, "wait_days": 0, "text": "Hi {{ first_name }}"}
        sequence_id, (first,) = a_draft(api, step)

        shown = preview(api, sequence_id=sequence_id, step_id=first, contact_id=contact_id)

        assert (shown["text"], shown["sendable"], shown["headers"]) == ("Hi Ada0", True, {})

    @pytest.mark.parametrize("name", ["sequence_id", "step_id", "contact_id", "mailbox_id"])
    def test_names_what_is_not_there(self, api: Api, name: str) -> None:
        a_mailbox(api)
        (contact_id,) = some_contacts(api, 1)
        sequence_id, (first, _) = a_draft(api)
        names = {"sequence_id": sequence_id, "step_id": first, "contact_id": contact_id}
        prefix = {"sequence_id": "seq", "step_id": "stp", "contact_id": "con"}.get(name, "mbx")

        answers = [asked(api, **{**names, name: given}) for given in (ids.new(prefix), "nonsense")]

        assert [answer.status for answer in answers] == [404, 404]
        assert all(name.partition("_")[0] in answer.json["detail"] for answer in answers)

    def test_asks_for_what_it_needs(self, api: Api) -> None:
        answer = asked(api)

        pointers = [error["pointer"] for error in answer.json["errors"]]
        assert answer.status == 422
        assert pointers == ["/query/step_id", "/query/contact_id", "/query/sequence_id"]


class TestLinkToUnsubscribe:
    def test_begins_where_the_request_reached_the_api(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        (contact_id,) = some_contacts(api, 1)
        sequence_id, (first, _) = a_draft(api)

        with cloud.environment(PUBLIC_URL=""):
            shown = preview(api, sequence_id=sequence_id, step_id=first, contact_id=contact_id)

        assert "https://api.outrider.test/t/u/" in shown["text"]

    def test_of_a_preview_suppresses_nobody(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        step_id = step_ids(api, campaign.sequence_id)[0]
        (contact_id,) = campaign.contact_ids
        shown = preview(
            api, sequence_id=campaign.sequence_id, step_id=step_id, contact_id=contact_id
        )
        found = re.search(r"https://api\.outrider\.test(/t/u/[\w-]+=*)", shown["text"])
        assert found

        with cloud.writes() as written:
            answers = [
                api.get(found[1], key=ANONYMOUS),
                api.post(found[1], b"List-Unsubscribe=One-Click", key=ANONYMOUS),
            ]

        assert [answer.status for answer in answers] == [200, 200]
        assert all("test changes nothing" in answer.text for answer in answers)
        assert written == []


def _without_links(text: str) -> str:
    return re.sub(r"/t/\w/[\w-]+", "/t/", text)
