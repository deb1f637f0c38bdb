"""Mails that come in: what they are taken for, and what they change."""

from typing import Any

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import crash_points
from tests.harness.mail import Mail
from tests.integration.outreach import STEP_ONE, STEP_TWO, Launched, launched, status
from tests.integration.replying import a_reply, put_into_bucket, record, take
from tests.integration.test_feedback import counted, events

ALWAYS = {**STEP_TWO, "if": "always"}
FOR_REPLIES = {**STEP_TWO, "if": "replied:interested"}


def begun(api: Api, cloud: Cloud, **options: Any) -> tuple[Launched, Mail]:
    campaign = launched(api, **options)
    cloud.run(hours=1)
    return campaign, cloud.mails()[0]


def contact(api: Api, campaign: Launched) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json
    return found


class TestReply:
    def test_is_kept_counted_and_told_once(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)
        raw = a_reply(mail, "Sounds great, let's talk.\n\nOn Monday, Ada wrote:\n> Hi")

        taken = [take(cloud, raw), take(cloud, raw)]
        cloud.run(hours=4)

        page = api.get("/v1/messages?direction=in").json["data"]
        assert [each["kind"] for each in taken] == ["reply", "reply"]
        assert [reply["id"] for reply in page] == [taken[0]["reply_id"]]
        assert page[0]["text"] == "Sounds great, let's talk."
        assert page[0]["classification"]["value"] == "interested"
        assert page[0]["in_reply_to"] == taken[0]["message_id"]
        assert counted(api, campaign)["replied_interested"] == 1
        assert [len(events(api, f"reply.{name}")) for name in ("received", "classified")] == [1, 1]
        assert len(cloud.mails()) == 1
        (ended,) = events(api, "enrollment.finished")
        assert (ended["status"], ended["outcome"]) == ("replied", "interested")
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1
        assert (contact(api, campaign)["status"], len(page)) == ("interested", 1)
        thread = api.get(f"/v1/threads/{page[0]['thread_id']}").json
        assert [message["direction"] for message in thread["messages"]] == ["out", "in"]

    def test_is_judged_without_our_own_words(self, api: Api, cloud: Cloud) -> None:
        """They are known by one read, whatever stands over them."""
        step = {**STEP_ONE, "text": "Hi {{ first_name }},\nif this is not for you, say so: stop."}
        campaign, mail = begun(api, cloud, steps=(step,))
        body = mail.message.get_body(("plain",))
        assert body is not None
        ours = str(body.get_content())

        with cloud.wire.recording() as calls:
            taken = take(
                cloud, a_reply(mail, f"Sounds great, let's talk.\n\nHeader: unknown\n{ours}")
            )

        reply = api.get(f"/v1/messages/{taken['reply_id']}").json
        assert reply["text"] == "Sounds great, let's talk.\n\nHeader: unknown"
        assert contact(api, campaign)["status"] == "interested"
        read = [call for call in calls if "said#" in str(call.params)]
        assert [call.operation for call in read] == ["Query", "TransactWriteItems"]

    def test_is_found_by_its_sender(self, api: Api, cloud: Cloud) -> None:
        _, mail = begun(api, cloud)

        taken = take(cloud, a_reply(mail, In_Reply_To=""))
        forged = take(cloud, a_reply(mail, In_Reply_To="", X_SES_Spam_Verdict="FAIL"))

        assert (taken["kind"], forged["kind"]) == ("reply", "unmatched")

    @pytest.mark.parametrize(
        ("steps", "settings", "text", "mails"),
        [
            ((STEP_ONE, ALWAYS), {}, "We have a supplier already.", 1),
            ((STEP_ONE, ALWAYS), {"stop_on_reply": False}, "We have a supplier already.", 2),
            ((STEP_ONE, FOR_REPLIES), {}, "Yes, I'm interested", 2),
            ((STEP_ONE, FOR_REPLIES), {}, "No thanks", 1),
        ],
    )
    def test_ends_or_goes_on(  # noqa: PLR0917
        self,
        api: Api,
        cloud: Cloud,
        steps: tuple[dict[str, Any], ...],
        settings: dict[str, Any],
        text: str,
        mails: int,
    ) -> None:
        campaign, mail = begun(api, cloud, steps=steps)
        if settings:
            path = f"/v1/campaigns/{campaign.campaign_id}"
            assert api.patch(path, {"settings": settings}).status == 200
        take(cloud, a_reply(mail, text))

        cloud.run(hours=4)

        assert len(cloud.mails()) == mails
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1

    def test_takes_nothing_back(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)

        for number, text in enumerate(("Not interested.", "ok", "Sure, let's talk")):
            take(cloud, a_reply(mail, text, Message_ID=f"<{number}@example.com>"))
        after = contact(api, campaign)["status"]
        take(cloud, a_reply(mail, "unsubscribe", Message_ID="<stop@example.com>"))
        take(cloud, a_reply(mail, "I'm interested", Message_ID="<late@example.com>"))

        assert (after, contact(api, campaign)["status"]) == ("interested", "unsubscribed")
        counts = counted(api, campaign)
        assert (counts["replied_interested"], counts["replied_not_interested"]) == (1, 0)

    def test_stops_the_company(self, api: Api, cloud: Cloud) -> None:
        sequence = api.post("/v1/mailboxes", {"email": "ada@outrider.test", "warmed": True})
        assert sequence.status == 201
        rows = [{"email": f"{name}@acme.example", "first_name": name} for name in ("ada", "bob")]
        made = api.post("/v1/contacts", {"contacts": rows}).json["results"]
        body = {
            "name": "First",
            "steps": [STEP_ONE, STEP_TWO],
            "settings": {"stop_for_company": True},
        }
        sequence = api.post("/v1/sequences", body)
        launch = api.post(
            f"/v1/sequences/{sequence.json['id']}/launch",
            {"contact_ids": [row["id"] for row in made]},
        )
        cloud.run(hours=1)

        for _ in range(2):
            take(cloud, a_reply(cloud.mails()[0]))
        cloud.run(hours=4)

        states = sorted(event["status"] for event in events(api, "enrollment.finished"))
        assert states == ["company_replied", "replied"]
        assert len(cloud.mails()) == 2
        assert status(api, launch.json["campaign_id"])["audience"]["completed"] == 2


class TestPrivacy:
    def test_a_reply_is_exported_and_erased_with_the_contact(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)
        take(cloud, a_reply(mail, "My own words"))
        path = f"/v1/contacts/{campaign.contact_ids[0]}"

        exported = api.get(f"{path}/export?limit=100").text
        api.post(f"{path}/erase")

        assert "My own words" in exported
        assert api.get("/v1/messages").json["data"] == []


class TestStop:
    def test_suppresses_and_ends(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud)

        taken = [take(cloud, a_reply(mail, "Please unsubscribe me.")) for _ in range(2)]
        cloud.run(hours=4)

        (suppression,) = api.get("/v1/suppressions").json["data"]
        (reply,) = api.get("/v1/messages?direction=in").json["data"]
        (ended,) = events(api, "enrollment.finished")
        assert taken[0]["classification"] is None
        assert (reply["classification"], reply["reason"]) == (None, "stop_request")
        assert suppression["reason"] == "unsubscribed"
        assert taken[0]["message_id"] in suppression["evidence"]
        assert (contact(api, campaign)["status"], ended["status"]) == ("unsubscribed", "opted_out")
        assert (counted(api, campaign)["unsubscribed"], len(cloud.mails())) == (1, 1)


class TestUnmatched:
    def test_is_told_once_where_it_was_meant_for(self, api: Api, cloud: Cloud) -> None:
        _, mail = begun(api, cloud)
        raw = a_reply(mail, From="Bob <bob@else.example>", In_Reply_To="<other@else.example>")

        for _ in range(2):
            put_into_bucket(cloud, raw)
            cloud.drain()

        (told,) = events(api, "reply.unmatched")
        assert (told["from"], told["kept_at"].partition("/inbound/")[2]) == (
            "bob@else.example",
            "mail-1",
        )

    @pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00 nonsense", b"To: nobody@else.example\n\n"])
    def test_of_nobody_fails_nothing(self, api: Api, cloud: Cloud, raw: bytes) -> None:
        put_into_bucket(cloud, raw)

        cloud.drain()

        assert cloud.queue("InboundDeadLetters").messages == []
        assert cloud.queue("InboundQueue").messages == []


class TestCrashes:
    CALLS = 19

    @pytest.mark.parametrize(
        ("text", "state"), [("Sounds good", "replied"), ("unsubscribe", "opted_out")]
    )
    def test_are_made_up_for(self, api: Api, cloud: Cloud, text: str, state: str) -> None:
        """The worker dies at every call in turn, of one reply after the other."""
        points = crash_points(self.CALLS)
        campaign, _ = begun(api, cloud, contacts=len(points))
        happened = []

        for place, (mail, (number, when)) in enumerate(zip(cloud.mails(), points, strict=True)):
            key = f"inbound/{place}"
            put_into_bucket(cloud, a_reply(mail, text, Message_ID=f"<{place}@example.com>"), key)
            cloud.bus.pending.clear()
            with cloud.wire.crash_at(number, when) as crashed:
                cloud.invoke("inbound_receive", record(key))
            happened.append(crashed())
            for _ in range(2):
                cloud.invoke("inbound_receive", record(key))
        cloud.run(hours=4)

        count = len(points)
        ended = events(api, "enrollment.finished")
        assert happened[-1] is False
        assert [each["status"] for each in ended] == [state] * count
        assert len(cloud.mails()) == count
        assert len(api.get("/v1/messages?direction=in&limit=200").json["data"]) == count
        assert len(events(api, "reply.received")) == count
        assert status(api, campaign.campaign_id)["audience"]["completed"] == count
        name = "replied_interested" if state == "replied" else "unsubscribed"
        assert counted(api, campaign)[name] == count


class TestClassification:
    def test_a_persons_word_counts_and_stays(self, api: Api, cloud: Cloud) -> None:
        campaign, mail = begun(api, cloud, steps=(STEP_ONE, FOR_REPLIES))
        taken = take(cloud, a_reply(mail, "ok"))
        path = f"/v1/messages/{taken['reply_id']}/classification"

        answer = api.patch(path, {"value": "not_interested"})
        take(cloud, a_reply(mail, "I'm interested", Message_ID="<2@example.com>"))
        cloud.drain()

        assert answer.json["classification"] == {
            "value": "not_interested",
            "source": "human",
            "confidence": 1.0,
            "provider": None,
        }
        counts = counted(api, campaign)
        assert (counts["replied_not_interested"], counts["replied_unclassified"]) == (1, 0)
        told = [event["source"] for event in events(api, "reply.classified")]
        assert told == ["rule", "human", "rule"]
        assert api.get(f"/v1/messages/{taken['reply_id']}").json == answer.json

    def test_is_refused_for_what_was_sent(self, api: Api, cloud: Cloud) -> None:
        begun(api, cloud)
        (message,) = api.get("/v1/messages").json["data"]

        answer = api.patch(f"/v1/messages/{message['id']}/classification", {"value": "interested"})

        assert answer.status == 422
