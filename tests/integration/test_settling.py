"""Messages of which nobody knows whether they went out: who settles them, and what follows."""

from typing import Any

import pytest

from outrider.kit import ids
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.feedback import tell
from tests.integration.outreach import Launched, a_message, launched, status
from tests.integration.replying import a_reply, take


@pytest.fixture
def lost(api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Launched:
    """Of a campaign's first mail nobody learned that it went out."""
    send = SesTransport.send

    def losing(transport: SesTransport, *mail: Any) -> SendOutcome:
        send(transport, *mail)
        return SendOutcome("unknown", "ReadTimeoutError")

    with monkeypatch.context() as patch:
        patch.setattr(SesTransport, "send", losing)
        campaign = launched(api)
        cloud.run(hours=0.1)
    assert len(cloud.mails()) == 1
    return campaign


def unknown(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/v1/messages?status=unknown").json["data"]
    return found


def only(api: Api, campaign: Launched, what: str) -> dict[str, Any]:
    path = f"/v1/messages?direction=out&campaign_id={campaign.campaign_id}"
    if what == "enrollment":
        path = f"/v1/campaigns/{campaign.campaign_id}/enrollments"
    (found,) = api.get(path).json["data"]
    shown: dict[str, Any] = found
    return shown


def settle(api: Api, outcome: str) -> Any:
    (message,) = unknown(api)
    return api.post(f"/v1/messages/{message['id']}/settle", {"outcome": outcome})


class TestByPerson:
    def test_sent_goes_on_behind_the_step(self, api: Api, cloud: Cloud, lost: Launched) -> None:
        explained = api.get(f"/v1/enrollments/{only(api, lost, 'enrollment')['id']}/explain").json
        (message,) = unknown(api)

        answer = settle(api, "sent")
        cloud.run(hours=4)

        assert "/settle" in explained["gates"][0]["remedy"]
        assert (answer.status, answer.json["status"]) == (200, "sent")
        assert answer.json == api.get(f"/v1/messages/{message['id']}").json
        assert (len(cloud.mails()), unknown(api)) == (2, [])
        found = status(api, lost.campaign_id)
        assert (found["sent"], found["audience"]["completed"]) == (2, 1)

    def test_settled_is_listed_once(self, api: Api, cloud: Cloud, lost: Launched) -> None:
        """Two events of the feed tell of it: that it was unknown, and that it was sent."""
        settle(api, "sent")
        cloud.drain()

        listed = api.get("/v1/messages")

        assert listed.status == 200
        assert [message["status"] for message in listed.json["data"]] == ["sent"]

    def test_not_sent_carries_the_step_out_again(
        self, api: Api, cloud: Cloud, lost: Launched
    ) -> None:
        answer = settle(api, "not_sent")
        cloud.run(hours=1)

        assert (answer.json["status"], answer.json["reason"]) == ("failed", "not_sent")
        assert [mail.message["Subject"] for mail in cloud.mails()] == ["A question, Ada0"] * 2
        assert only(api, lost, "enrollment")["status"] == "active"

    @pytest.mark.parametrize("outcome", ["sent", "not_sent"])
    def test_of_one_whose_enrollment_ended_sends_nothing(
        self, api: Api, cloud: Cloud, lost: Launched, outcome: str
    ) -> None:
        api.post(f"/v1/enrollments/{only(api, lost, 'enrollment')['id']}/stop")

        answer = settle(api, outcome)
        cloud.run(days=1)

        assert (answer.status, len(cloud.mails()), unknown(api)) == (200, 1, [])
        assert only(api, lost, "enrollment")["status"] == "stopped"
        assert status(api, lost.campaign_id)["sent"] == (outcome == "sent")

    def test_loses_to_what_is_heard_at_the_same_moment(
        self, api: Api, cloud: Cloud, lost: Launched
    ) -> None:
        (message,) = unknown(api)
        with cloud.wire.once_after("GetItem", lambda: tell(cloud, cloud.mails()[0], "Delivery")):
            late = api.post(f"/v1/messages/{message['id']}/settle", {"outcome": "not_sent"})
        cloud.run(hours=4)

        assert (late.status, len(cloud.mails())) == (409, 2)
        assert status(api, lost.campaign_id)["sent"] == 2

    def test_is_for_unknown_messages_alone(self, api: Api, lost: Launched) -> None:
        (message,) = unknown(api)
        path = f"/v1/messages/{message['id']}/settle"

        answers = [
            api.post(path, {"outcome": "perhaps"}),
            api.post(f"/v1/messages/{ids.new('msg')}/settle", {"outcome": "sent"}),
            api.post(path, {"outcome": "sent"}),
            api.post(path, {"outcome": "sent"}),
        ]

        assert [answer.status for answer in answers] == [422, 404, 200, 409]
        assert only(api, lost, "enrollment")["status"] == "active"


class TestRaces:
    @pytest.mark.parametrize(("first", "second"), [("sent", "not_sent"), ("not_sent", "sent")])
    def test_of_one_whose_enrollment_ended_settle_once(
        self, api: Api, cloud: Cloud, lost: Launched, first: str, second: str
    ) -> None:
        """Nothing but the message itself says that it is settled."""
        api.post(f"/v1/enrollments/{only(api, lost, 'enrollment')['id']}/stop")
        (message,) = unknown(api)
        path = f"/v1/messages/{message['id']}/settle"

        with cloud.wire.once_after("BatchGetItem", lambda: api.post(path, {"outcome": first})):
            late = api.post(path, {"outcome": second})

        cloud.drain()

        assert late.status == 409
        state = only(api, lost, "message")["status"]
        assert (state, status(api, lost.campaign_id)["sent"]) == (
            ("sent", 1) if first == "sent" else ("failed", 0)
        )


class TestByAnswer:
    """SES had no time to tell the name of the mail: an answer quotes one that is not known."""

    @pytest.mark.parametrize(
        ("headers", "found"),
        [
            ({}, ("replied", "sent", 1)),
            ({"Auto_Submitted": "auto-replied"}, ("active", "sent", 1)),
            ({"In_Reply_To": ""}, ("replied", "unknown", 0)),
            ({"In_Reply_To": "<by-hand@mail.outrider.test>"}, ("replied", "unknown", 0)),
        ],
    )
    def test_to_a_mail_of_ours_says_that_it_went_out(
        self, api: Api, cloud: Cloud, lost: Launched, headers: dict[str, str], found: Any
    ) -> None:
        for _ in range(2):
            take(cloud, a_reply(cloud.mails()[0], "Sounds great, let's talk.", **headers))
        cloud.run(hours=1)

        state = only(api, lost, "enrollment")["status"]
        sent = status(api, lost.campaign_id)["sent"]
        assert (state, only(api, lost, "message")["status"], sent) == found

    @pytest.mark.usefixtures("lost")
    def test_to_a_mail_whose_name_is_known_settles_that(self, api: Api, cloud: Cloud) -> None:
        message = a_message(api, state="unknown", rfc_message_id="one@outrider.test")

        take(cloud, a_reply(cloud.mails()[0], In_Reply_To="<one@outrider.test>"))

        assert api.get(f"/v1/messages/{message.id}").json["status"] == "sent"
        assert len(unknown(api)) == 1

    def test_settles_none_of_several(self, api: Api, cloud: Cloud, lost: Launched) -> None:
        """The name of the first is not known either: a person said that it was sent."""
        settle(api, "sent")
        a_message(api, contact_id=lost.contact_ids[0], state="unknown")

        take(cloud, a_reply(cloud.mails()[0], "Sounds great, let's talk."))

        assert len(unknown(api)) == 1
