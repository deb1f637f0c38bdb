"""Refusals, poison, interruptions and races: what must not stop a campaign or lose a request."""

import base64
import random
from collections.abc import Callable
from typing import Any

import pytest

from outrider.contacts.repository import ContactRepository
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, a_mailbox, launched, some_contacts, status


def a_draft(api: Api, **step: Any) -> str:
    """The launch path of a sequence with one step."""
    body = {"name": "First", "steps": [{**STEP_ONE, **step}]}
    return f"/v1/sequences/{api.post('/v1/sequences', body).json['id']}/launch"


class TestProvider:
    @pytest.mark.parametrize("code", ["AccessDeniedException", "AccountSuspendedException"])
    def test_a_refusal_of_us_puts_the_steps_off(self, api: Api, cloud: Cloud, code: str) -> None:
        campaign = launched(api, contacts=3, steps=(STEP_ONE,))

        with cloud.wire.refuse("sesv2", "SendEmail", code):
            cloud.run(hours=9)
        refused = status(api, campaign.campaign_id)
        cloud.run(hours=4)

        assert (refused["status"], refused["audience"]["active"]) == ("active", 3)
        assert len(cloud.mails()) == 3


class TestPoison:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("{{ custom.v | round }}", "inf"),
            ("{{ custom.v | round }}", "nan"),
            ("{{ custom.v | sum }}", ["a"]),
            ("{% for a in (1..900) %}{{ custom.v }}{% endfor %}", "x" * 500),
        ],
    )
    def test_a_step_that_cannot_be_rendered_fails_and_the_campaign_goes_on(
        self, api: Api, cloud: Cloud, text: str, value: Any
    ) -> None:
        a_mailbox(api)
        rows = [
            {"email": "bad@example.com", "first_name": "Bad", "custom": {"v": value}},
            {"email": "good@example.com", "first_name": "Good", "custom": {"v": "1"}},
        ]
        created = api.post("/v1/contacts", {"contacts": rows}).json["results"]
        path = a_draft(api, text="{% if first_name == 'Bad' %}" + text + "{% endif %}Hi")

        answer = api.post(path, {"contact_ids": [row["id"] for row in created]}).json
        cloud.run(hours=1)

        found = status(api, answer["campaign_id"])
        assert [mail.recipients for mail in cloud.mails()] == [["good@example.com"]]
        assert (found["status"], found["audience"]["failed"]) == ("completed", 1)

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/v1/contacts", {"email": "jörg@example.com"}),
            ("/v1/mailboxes", {"email": "a@x.example", "name": "A\r\nBcc: b@x.example"}),
            ("/v1/contacts", {"email": "a@x.example", "custom": {"v": "x" * 20_000}}),
            ("/v1/contacts", {"email": "a@x.example", "custom": {"v": {"": 1}}}),
            (
                "/v1/sequences",
                {"name": "Long", "steps": [{**STEP_ONE, "html": "x" * 99_000}] * 4},
            ),
        ],
    )
    def test_what_could_not_be_sent_or_stored_is_refused_at_once(
        self, api: Api, path: str, body: dict[str, Any]
    ) -> None:
        answer = api.post(path, body)

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")

    def test_a_message_that_cannot_be_read_fails_alone(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE,))
        round_ = {"campaign_id": campaign.campaign_id, "run": 1, "round": 0}
        cloud.invoke("campaigns_dispatch", {"workspace": api.workspace().id, **round_})
        (record,) = cloud.take("StepsQueue")["Records"]
        bad = [{**record, "messageId": body, "body": body} for body in ("no JSON", "{}")]

        answer = cloud.invoke("steps_run", {"Records": [*bad, record]})

        assert answer["batchItemFailures"] == [
            {"itemIdentifier": "no JSON"},
            {"itemIdentifier": "{}"},
        ]
        assert len(cloud.mails()) == 1


class TestInterruptedLaunch:
    def cut_short(self, api: Api, cloud: Cloud, path: str, contacts: list[str]) -> None:
        """Launch, and die before the campaign is started."""
        with cloud.wire.crash_at(7) as crashed:
            api.post(path, {"contact_ids": contacts})
        assert crashed()

    def test_is_finished_with_the_same_contacts_and_tells_the_truth(
        self, api: Api, cloud: Cloud
    ) -> None:
        a_mailbox(api)
        contacts, path = some_contacts(api, 3), a_draft(api)
        self.cut_short(api, cloud, path, contacts)

        answer = api.post(path, {"contact_ids": contacts})
        cloud.drain()

        assert answer.json["counts"] == {"added": 3, "skipped": 0}
        (event,) = api.get("/v1/events?type=campaign.launched").json["data"]
        assert event["data"]["enrolled"] == 3

    def test_is_not_taken_over_with_other_contacts(self, api: Api, cloud: Cloud) -> None:
        a_mailbox(api)
        contacts, path = some_contacts(api, 3), a_draft(api)
        self.cut_short(api, cloud, path, contacts[:2])

        answer = api.post(path, {"contact_ids": contacts})
        cloud.run(hours=1)

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert cloud.mails() == []


class TestBatch:
    def test_a_chunk_the_store_refuses_loses_no_other(self, api: Api, cloud: Cloud) -> None:
        api.workspace()
        rows = [{"email": f"a{number}@example.com"} for number in range(70)]

        with cloud.wire.refuse("dynamodb", "TransactWriteItems", "InternalServerError", times=1):
            answer = api.post("/v1/contacts", {"contacts": rows})
        again = api.post("/v1/contacts", {"contacts": rows})

        failed = answer.json["counts"]["failed"]
        assert (answer.status, 0 < failed <= 33) == (201, True)
        assert answer.json["counts"]["created"] == 70 - failed == again.json["counts"]["skipped"]
        assert again.json["counts"]["created"] == failed

    @pytest.mark.parametrize("headers", [{}, {"idempotency-key": "order-66"}])
    @pytest.mark.parametrize("path", ["contacts", "companies"])
    def test_of_nonsense_gets_a_short_answer(
        self, api: Api, path: str, headers: dict[str, str]
    ) -> None:
        nonsense = random.Random(1).randbytes(500_000).hex()
        row = {"email" if path == "contacts" else "domain": nonsense, f"_{nonsense}": []}

        answer = api.post(f"/v1/{path}", {path: [row] * 2}, headers=headers)

        assert (answer.status, answer.json["counts"]["failed"]) == (200, 2)
        assert len(answer.text) < 10_000

    def test_names_a_thousand_mistakes_and_no_more(self, api: Api) -> None:
        answer = api.post("/v1/contacts", {f"unknown{number}": 1 for number in range(60_000)})

        assert (answer.status, len(answer.json["errors"])) == (422, 1_000)


class TestAddress:
    def test_of_a_deleted_contact_goes_to_whoever_comes_first(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two requests take over the claim of a contact that is deleted and not yet buried."""
        body = {"email": "ada@example.com"}
        api.delete(f"/v1/contacts/{api.post('/v1/contacts', body).json['id']}")
        answers: list[Answer] = []
        self.before_the_second_add(
            monkeypatch, lambda: answers.append(api.post("/v1/contacts", body))
        )

        answers.append(api.post("/v1/contacts", body))

        assert [answer.status for answer in answers] == [201, 409]
        assert answers[1].json["code"] == "DUPLICATE_RESOURCE"

    def before_the_second_add(
        self, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]
    ) -> None:
        add, calls = ContactRepository.add, []

        def added(self: ContactRepository, *args: Any, **options: Any) -> None:
            calls.append(options.get("former_owner"))
            if len(calls) == 2:
                act()
            add(self, *args, **options)

        monkeypatch.setattr(ContactRepository, "add", added)


class TestInbound:
    @pytest.mark.parametrize("header", ["<>", "<[abc", "<@x>", "<a@[b", "no brackets", ""])
    def test_takes_an_answer_whatever_its_message_id(
        self, api: Api, cloud: Cloud, header: str
    ) -> None:
        launched(api)
        cloud.run(hours=0)
        (mail,) = cloud.mails()
        raw = (
            f"Message-ID: {header}\r\nIn-Reply-To: <other@x.example>"
            f"<{mail.message_id}@email.amazonses.com>\r\n\r\nYes\r\n"
        )

        taken = cloud.invoke(
            "inbound_receive", {"raw_base64": base64.b64encode(raw.encode()).decode()}
        )

        assert taken["kind"] == "reply"


class TestMeterFailure:
    def test_lets_no_free_plan_in(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace("free", plan="free").live_key

        with cloud.wire.refuse("dynamodb", "UpdateItem", "InternalServerError"):
            answer = api.get("/v1/contacts", key=key)

        assert (answer.status, answer.json["code"]) == (403, "PLAN_REQUIRED")

    def test_says_503_when_nothing_can_be_read(self, api: Api, cloud: Cloud) -> None:
        key = api.workspace().live_key

        with (
            cloud.wire.refuse("dynamodb", "UpdateItem", "InternalServerError"),
            cloud.wire.refuse("dynamodb", "GetItem", "InternalServerError"),
        ):
            answer = api.get("/v1/contacts", key=key)

        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
