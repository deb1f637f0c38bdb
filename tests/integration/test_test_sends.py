"""Sending a step to an address of one's own, as a contact would get it."""

from typing import Any

import pytest

from outrider.kit import ids
from tests.harness.api import ANONYMOUS, Answer, Api, Mode
from tests.harness.cloud import Cloud
from tests.harness.failures import When, crash_points
from tests.integration.feedback import tell
from tests.integration.outreach import STEP_ONE, a_mailbox, launched, some_contacts, status
from tests.integration.replying import a_dsn, take
from tests.integration.test_mailbox_servers import local_server
from tests.integration.test_previews import SPUN, a_draft, step_ids
from tests.mailservers import CUT, PASSWORD, Command

OWN = "ada@outrider.test"
KEY = {"idempotency-key": "once"}
CALLS = 9
"""The meter, the key claimed, the sequence, what the step sees, the pool, whose address it is, the
test noted, the email, its record."""


def send(api: Api, sequence_id: str, **fields: Any) -> Answer:
    options = {name: fields.pop(name) for name in ("headers", "mode") if name in fields}
    path = f"/v1/sequences/{sequence_id}/test-send"
    return api.post(path, {"to": OWN, **fields}, **options)


def a_test(api: Api, *steps: dict[str, Any], mode: Mode = "live", **mailbox: Any) -> dict[str, str]:
    """What to ask for: the first step of a new draft, for a new contact."""
    a_mailbox(api, mode=mode, **mailbox)
    (contact_id,) = some_contacts(api, 1, mode=mode)
    body = {
        "name": "First",
        "steps": list(steps or (SPUN,)),
        "settings": {"track_clicks": True, "track_opens": True},
    }
    sequence_id = api.post("/v1/sequences", body, mode=mode).json["id"]
    steps_path = f"/v1/sequences/{sequence_id}/steps"
    step_id = api.get(steps_path, mode=mode).json["steps"][0]["id"]
    return {"sequence_id": sequence_id, "step_id": step_id, "contact_id": contact_id}


class TestTestSend:
    def test_sends_the_step_marked_to_an_own_mailbox(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api)

        answer = send(api, **asked)

        (mail,) = cloud.mails()
        assert (answer.status, answer.json["result"]) == (200, "sent")
        assert (mail.recipients, mail.message["To"]) == ([OWN], OWN)
        assert mail.message["Subject"] == answer.json["subject"] == "[Test] A question, Ada0"
        assert mail.message["X-Outrider-Test"] == "yes"
        html = mail.message.get_body(("html",))
        assert html is not None
        assert "https://a.example/" in html.get_content()
        assert "/t/o/" not in html.get_content()

    def test_says_what_the_preview_says(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api)
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        shown = api.get(f"/v1/messages/preview?{query}").json

        send(api, **asked)

        text = cloud.mails()[0].message.get_body(("plain",))
        assert text is not None
        assert text.get_content().split()[:6] == shown["text"].split()[:6]

    def test_acts_on_nobody_and_is_counted_by_the_mailbox_alone(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = launched(api, steps=({**STEP_ONE, "wait_days": 2},))
        (contact_id,) = campaign.contact_ids
        step_id = step_ids(api, campaign.sequence_id)[0]
        cloud.drain()
        before = status(api, campaign.campaign_id)

        send(api, campaign.sequence_id, step_id=step_id, contact_id=contact_id)
        (mail,) = cloud.mails()
        link = str(mail.message["List-Unsubscribe"])[1:-1].removeprefix("https://api.outrider.test")
        pressed = api.post(link, b"List-Unsubscribe=One-Click", key=ANONYMOUS)
        cloud.drain()

        assert (pressed.status, "test changes nothing" in pressed.text) == (200, True)
        assert status(api, campaign.campaign_id) == before
        assert api.get("/v1/suppressions").json["data"] == []
        assert api.get("/v1/messages").json["data"] == []
        assert api.get(f"/v1/contacts/{contact_id}").json["status"] == "new"
        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        assert mailbox["used_today"] == 1

    @pytest.mark.parametrize("kind", ["Delivery", "Bounce", "Complaint"])
    def test_is_no_message_that_ses_tells_of(self, api: Api, cloud: Cloud, kind: str) -> None:
        send(api, **a_test(api))
        (mail,) = cloud.mails()

        tell(cloud, mail, kind)

        assert mail.tags["message_id"].startswith("tst_")
        assert api.get("/v1/suppressions").json["data"] == []
        names = {event["event"] for event in api.get("/v1/events").json["data"]}
        assert not {name for name in names if name.startswith("email.")}

    def test_of_a_test_key_leaves_nothing(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api, mode="test")

        answer = send(api, **asked, mode="test")

        assert (answer.json["result"], cloud.mails()) == ("sent", [])

    def test_goes_to_own_addresses_only(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api)
        a_mailbox(api, workspace="globex", email="bob@globex.example")

        answers = [send(api, **asked, to=to) for to in ("eve@other.test", "bob@globex.example")]

        assert [answer.status for answer in answers] == [422, 422]
        assert answers[0].json["errors"][0]["pointer"] == "/to"
        assert "POST /v1/mailboxes" in answers[0].json["detail"]
        assert cloud.mails() == []

    def test_says_why_it_cannot_be_sent(self, api: Api, cloud: Cloud) -> None:
        unwritten = a_test(api, {**STEP_ONE, "text": "{{ title }}"})
        sequence_id, (call,) = a_draft(api, {"channel": "call", "wait_days": 0, "text": "Call"})
        contact_id = unwritten["contact_id"]
        (mailbox,) = api.get("/v1/mailboxes").json["data"]

        answers = [
            send(api, **unwritten),
            send(api, sequence_id, step_id=call, contact_id=contact_id),
            send(api, **{**unwritten, "contact_id": ids.new("con")}),
        ]
        api.patch(f"/v1/mailboxes/{mailbox['id']}", {"status": "paused"})
        answers.append(send(api, **unwritten))

        assert [answer.status for answer in answers] == [422, 422, 404, 409]
        told = ("title", "only emails", "no contact", "paused: resume it")
        for answer, said in zip(answers, told, strict=True):
            assert said in answer.json["detail"]
        assert cloud.mails() == []

    def test_is_bounded_for_a_day(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api)
        for _ in range(20):
            assert send(api, **asked).status == 200

        refused = send(api, **asked)
        cloud.clock.advance(seconds=int(refused.headers["Retry-After"]))

        assert (refused.status, refused.json["code"]) == (429, "RATE_LIMITED")
        assert send(api, **asked).status == 200
        assert len(cloud.mails()) == 21

    def test_takes_of_the_cap_of_the_mailbox(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api, daily_cap=1)

        answers = [send(api, **asked) for _ in range(2)]

        assert [answer.status for answer in answers] == [200, 429]
        assert "1 emails" in answers[1].json["detail"]
        assert len(cloud.mails()) == 1

    def test_gives_back_what_the_provider_did_not_take(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api)

        with cloud.wire.refuse("sesv2", "SendEmail", "TooManyRequestsException"):
            answer = send(api, **asked)

        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        assert (answer.status, answer.json["result"]) == (200, "not_sent")
        assert "TooManyRequests" in answer.json["detail"]
        assert (mailbox["used_today"], cloud.mails()) == (0, [])


class TestOwnServer:
    @pytest.mark.parametrize(
        ("answers", "password", "result", "received", "used"),
        [
            ({}, PASSWORD, "sent", 1, 1),
            ({}, "wrong", "not_sent", 0, 0),
            ({"DATA": CUT}, PASSWORD, "not_sent", 0, 0),
            ({"END": CUT}, PASSWORD, "unknown", 1, 1),
        ],
        ids=str,
    )
    def test_of_the_mailbox_gets_the_test_once(
        self,
        api: Api,
        cloud: Cloud,
        *,
        answers: dict[Command, str],
        password: str,
        result: str,
        received: int,
        used: int,
    ) -> None:
        with local_server(cloud) as (server, smtp):
            server.answers = answers
            asked = a_test(api, kind="smtp", smtp={**smtp, "password": password})

            sent = [send(api, **asked, headers=KEY).json for _ in range(2)]

        (mailbox,) = api.get("/v1/mailboxes").json["data"]
        assert sent[0] == sent[1]
        assert (sent[0]["result"], mailbox["used_today"]) == (result, used)
        assert [mail.recipients for mail in server.received] == [[OWN]] * received
        assert cloud.mails() == []


class TestRepetition:
    @pytest.mark.parametrize(("number", "when"), crash_points(CALLS))
    def test_sends_none_again_wherever_the_first_was_cut_short(
        self, api: Api, cloud: Cloud, number: int, when: When
    ) -> None:
        asked = a_test(api)
        with cloud.wire.crash_at(number, when) as crashed:
            send(api, **asked, headers=KEY)
        cloud.clock.advance(seconds=60)

        answers = [send(api, **asked, headers=KEY) for _ in range(2)]

        assert crashed()
        assert answers[0].json == answers[1].json
        assert len(cloud.mails()) <= 1
        may_have_been = "unknown" if number in (7, 8) else "sent"
        assert answers[0].json["result"] == may_have_been

    def test_knows_of_all_calls(self, api: Api, cloud: Cloud) -> None:
        asked = a_test(api)

        with cloud.wire.crash_at(CALLS + 1) as crashed:
            send(api, **asked, headers=KEY)

        assert not crashed()


class TestNotices:
    @pytest.mark.parametrize("kind", ["Delivery", "Bounce", "Complaint", "Reject"])
    def test_of_ses_about_a_test_change_nothing(self, api: Api, cloud: Cloud, kind: str) -> None:
        send(api, **a_test(api))
        cloud.drain()

        with cloud.writes() as written:
            tell(cloud, cloud.mails()[0], kind)

        assert written == []

    def test_of_a_mail_server_about_a_test_are_told_to_nobody(self, api: Api, cloud: Cloud) -> None:
        answer = send(api, **a_test(api))
        report = a_dsn(cloud.mails()[0]).replace(
            f"{cloud.mails()[0].message_id}@email.amazonses.com".encode(),
            f"{answer.json['id']}@outrider.test".encode(),
        )

        received = take(cloud, report)
        cloud.drain()

        assert received["kind"] == "test"
        assert api.get("/v1/events?type=reply.unmatched").json["data"] == []

    def test_and_the_test_itself_are_no_replies(self, api: Api, cloud: Cloud) -> None:
        send(api, **a_test(api))

        received = take(cloud, cloud.mails()[0].raw)

        assert received["kind"] == "own_copy"
