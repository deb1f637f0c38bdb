"""What is heard of mails after they were sent, and what it changes."""

import json
from contextlib import suppress
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.campaigns.enrollments import message_ids
from outrider.campaigns.wiring import statistics
from outrider.kit import ids
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import Crash, crash_points
from tests.integration.feedback import notice, soft, tell
from tests.integration.outreach import STEP_ONE, STEP_TWO, Launched, launched, status


def events(api: Api, name: str) -> list[dict[str, Any]]:
    page = api.get(f"/v1/events?limit=200&type={name}").json
    return [event["data"] for event in page["data"]]


def counted(api: Api, campaign: Launched) -> dict[str, int]:
    """The campaign's statistics over all steps."""
    totals: dict[str, int] = {}
    workspace = Caller.engine(api.workspace().id).workspace
    for part in statistics(workspace, campaign.campaign_id).list():
        for name, count in part.counts.items():
            totals[name] = totals.get(name, 0) + count
    return totals


def one_sent(api: Api, cloud: Cloud, **options: Any) -> Launched:
    campaign = launched(api, **options)
    cloud.run(hours=1)
    return campaign


def only_message(api: Api, campaign: Launched) -> dict[str, Any]:
    page = api.get(f"/v1/messages?campaign_id={campaign.campaign_id}&status=sent").json
    message: dict[str, Any] = page["data"][0]
    return message


class TestMarks:
    def test_are_made_once_whatever_comes_twice(self, api: Api, cloud: Cloud) -> None:
        campaign = one_sent(api, cloud, steps=(STEP_ONE,))
        (mail,) = cloud.mails()
        cloud.clock.advance(minutes=5)

        for _ in range(2):
            tell(cloud, mail, "Delivery")
            cloud.clock.advance(minutes=1)

        assert only_message(api, campaign)["delivered_at"]
        assert len(events(api, "email.delivered")) == 1
        assert counted(api, campaign)["delivered"] == 1

    @pytest.mark.parametrize("kind", ["Open", "Click"])
    def test_of_opens_and_clicks_are_for_our_own_links(
        self, api: Api, cloud: Cloud, kind: str
    ) -> None:
        campaign = one_sent(api, cloud, steps=(STEP_ONE,))
        (mail,) = cloud.mails()
        told = notice(mail, "Delivery")
        told["detail"] |= {"eventType": kind, kind.lower(): {"userAgent": "Mozilla/5.0"}}

        cloud.bus.carry(told)
        cloud.drain()

        message = only_message(api, campaign)
        assert not any(message[f"{name}_at"] for name in ("opened", "clicked", "machine_opened"))

    def test_that_are_made_are_not_tried_again(self, api: Api, cloud: Cloud) -> None:
        one_sent(api, cloud, steps=(STEP_ONE,))
        (mail,) = cloud.mails()
        cloud.clock.advance(minutes=5)
        tell(cloud, mail, "Delivery")

        before = len(cloud.calls())
        tell(cloud, mail, "Delivery")

        assert "TransactWriteItems" not in {call.operation for call in cloud.calls()[before:]}

    def test_of_mails_that_are_not_ours_are_left(self, api: Api, cloud: Cloud) -> None:
        one_sent(api, cloud)
        (mail,) = cloud.mails()
        strange = notice(mail, "Delivery")
        strange["detail"]["mail"] |= {"messageId": "other", "tags": {"workspace_id": ["wsp_x"]}}

        cloud.bus.carry(strange)
        cloud.drain()

        assert events(api, "email.delivered") == []

    def test_of_a_mail_that_is_not_recorded_yet_come_again(self, api: Api, cloud: Cloud) -> None:
        one_sent(api, cloud)
        (mail,) = cloud.mails()
        early = notice(mail, "Complaint")
        early["detail"]["mail"]["messageId"] = "not-recorded-yet"
        early["detail"]["mail"]["tags"]["message_id"] = [message_ids.of(ids.new("con"), "lost")]

        told = {"Records": [{"messageId": "1", "body": json.dumps(early)}]}
        first = cloud.invoke("feedback_receive", told)
        cloud.clock.advance(minutes=31)
        again = cloud.invoke("feedback_receive", told)

        assert first["batchItemFailures"] == [{"itemIdentifier": "1"}]
        assert again["batchItemFailures"] == []


class TestHardBounce:
    def test_ends_everything_for_the_address(self, api: Api, cloud: Cloud) -> None:
        campaign = one_sent(api, cloud)
        (mail,) = cloud.mails()

        for kind in ("Bounce", "Bounce", "Delivery"):
            tell(cloud, mail, kind)
        cloud.run(hours=4)

        contact = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json
        (suppression,) = api.get("/v1/suppressions").json["data"]
        assert contact["status"] == "bounced"
        assert (suppression["address"], suppression["reason"]) == ("ada0@example.com", "bounced")
        assert status(api, campaign.campaign_id)["audience"]["bounced"] == 1
        assert [event["bounce"] for event in events(api, "email.bounced")] == ["hard"]
        assert (len(cloud.mails()), counted(api, campaign)["bounced"]) == (1, 1)
        assert [item["sk"] for item in cloud.items("contacts", "global#bounced")] != []


class TestCrashes:
    """The worker dies at every call in turn, of the notice about one mail after the other."""

    CALLS = 15

    @pytest.mark.parametrize(
        ("kind", "name", "group"),
        [("Bounce", "bounced", "bounced"), ("Complaint", "complained", "completed")],
    )
    def test_are_made_up_for(
        self, api: Api, cloud: Cloud, kind: str, name: str, group: str
    ) -> None:
        points = crash_points(self.CALLS)
        campaign = one_sent(api, cloud, contacts=len(points))
        happened = []

        for mail, (number, when) in zip(cloud.mails(), points, strict=True):
            record = {"Records": [{"messageId": "1", "body": json.dumps(notice(mail, kind))}]}
            with cloud.wire.crash_at(number, when) as crashed:
                cloud.invoke("feedback_receive", record)
            happened.append(crashed())
            for _ in range(2):
                cloud.invoke("feedback_receive", record)
        cloud.run(hours=4)

        assert happened[-1] is False
        assert len(cloud.mails()) == len(points)
        assert status(api, campaign.campaign_id)["audience"][group] == len(points)
        assert counted(api, campaign)[name] == len(points)
        for event in (f"email.{name}", "enrollment.finished", "contact.suppressed"):
            assert len(events(api, event)) == len(points)


class TestSoftBounce:
    CALLS = 16
    STEPS = (STEP_ONE, *({**STEP_TWO, "wait_before": {"value": 1, "unit": "hours"}},) * 2)

    def test_is_counted_and_ends_nothing(self, api: Api, cloud: Cloud) -> None:
        campaign = one_sent(api, cloud, steps=(STEP_ONE,))

        tell(cloud, cloud.mails()[0], "Bounce", **soft())

        assert only_message(api, campaign)["bounce"] == "soft"
        assert counted(api, campaign)["soft_bounced"] == 1
        assert api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json["status"] == "active"

    def test_puts_off_what_is_to_come_for_as_long_as_its_reason_says(
        self, api: Api, cloud: Cloud
    ) -> None:
        one_sent(api, cloud)

        for _ in range(2):
            tell(cloud, cloud.mails()[0], "Bounce", **soft())
        cloud.run(hours=70)
        before = len(cloud.mails())
        cloud.run(hours=26)

        assert (before, len(cloud.mails())) == (1, 2)

    def two_sent(self, api: Api, cloud: Cloud, **options: Any) -> Launched:
        campaign = launched(api, steps=self.STEPS[:2], **options)
        cloud.run(hours=2, step=None)
        cloud.run(hours=1)
        return campaign

    @pytest.mark.parametrize("days", [13, 14])
    def test_that_comes_back_for_two_weeks_is_hard(self, api: Api, cloud: Cloud, days: int) -> None:
        campaign = self.two_sent(api, cloud)
        first, second = cloud.mails()

        for _ in range(2):
            tell(cloud, first, "Bounce", **soft())
        cloud.clock.advance(days=days)
        for _ in range(2):
            tell(cloud, second, "Bounce", **soft())

        kept = [("soft", "mailbox_full")] * 2
        over = [("hard", "kept_bouncing")] if days == 14 else []
        told = [(event["bounce"], event["reason"]) for event in events(api, "email.bounced")]
        assert sorted(told) == sorted(kept + over)
        status_then = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json["status"]
        assert status_then == ("bounced" if over else "active")
        assert counted(api, campaign).get("bounced", 0) == len(over)
        assert len(api.get("/v1/suppressions").json["data"]) == len(over)
        assert cloud.items("contacts", "global#bounced") == []

    def test_that_becomes_hard_outlives_a_crash_at_any_call(self, api: Api, cloud: Cloud) -> None:
        points = crash_points(self.CALLS)
        campaign = self.two_sent(api, cloud, contacts=len(points))
        mails: dict[str, list[Any]] = {}
        for mail in cloud.mails():
            mails.setdefault(mail.recipients[0], []).append(mail)
        for first, _ in mails.values():
            tell(cloud, first, "Bounce", **soft())
        cloud.clock.advance(days=14)
        happened = []

        for (_, second), (number, when) in zip(mails.values(), points, strict=True):
            told = json.dumps(notice(second, "Bounce", **soft()))
            record = {"Records": [{"messageId": "1", "body": told}]}
            with cloud.wire.crash_at(number, when) as crashed:
                cloud.invoke("feedback_receive", record)
            happened.append(crashed())
            for _ in range(2):
                cloud.invoke("feedback_receive", record)
        cloud.drain()

        assert happened[-1] is False
        assert counted(api, campaign)["bounced"] == len(points)
        assert len(events(api, "contact.suppressed")) == len(points)
        now = {api.get(f"/v1/contacts/{one}").json["status"] for one in campaign.contact_ids}
        assert now == {"bounced"}

    def test_becomes_hard_and_never_soft_again(self, api: Api, cloud: Cloud) -> None:
        campaign = one_sent(api, cloud, steps=(STEP_ONE,))
        (mail,) = cloud.mails()

        for part in (soft(), {}, soft()):
            tell(cloud, mail, "Bounce", **part)

        assert only_message(api, campaign)["bounce"] == "hard"
        assert [event["bounce"] for event in events(api, "email.bounced")] == ["soft", "hard"]


class TestComplaint:
    def test_suppresses_and_opts_out(self, api: Api, cloud: Cloud) -> None:
        campaign = one_sent(api, cloud)
        (mail,) = cloud.mails()

        for _ in range(2):
            tell(cloud, mail, "Complaint")
        cloud.run(hours=4)

        contact = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json
        (suppression,) = api.get("/v1/suppressions").json["data"]
        assert (contact["status"], suppression["reason"]) == ("unsubscribed", "complained")
        (ended,) = events(api, "enrollment.finished")
        assert (ended["status"], len(cloud.mails())) == ("opted_out", 1)
        assert len(events(api, "email.complained")) == 1

    def test_that_it_is_no_spam_is_none(self, api: Api, cloud: Cloud) -> None:
        one_sent(api, cloud)
        (mail,) = cloud.mails()

        tell(cloud, mail, "Complaint", complaintFeedbackType="not-spam")

        assert api.get("/v1/suppressions").json["data"] == []


class TestSuppressionListOfTheAccount:
    @pytest.mark.parametrize(
        ("kind", "part", "reason"),
        [
            ("Bounce", {"bounceSubType": "OnAccountSuppressionList"}, "bounced"),
            ("Complaint", {"complaintSubType": "OnAccountSuppressionList"}, "complained"),
        ],
    )
    def test_is_taken_over(
        self, api: Api, cloud: Cloud, kind: str, part: dict[str, str], reason: str
    ) -> None:
        """SES takes a mail to an address on it, sends nothing, and tells of it as it did first."""
        one_sent(api, cloud)
        (mail,) = cloud.mails()

        tell(cloud, mail, kind, **part)

        (suppression,) = api.get("/v1/suppressions").json["data"]
        assert suppression["reason"] == reason


class TestReject:
    def test_fails_the_message(self, api: Api, cloud: Cloud) -> None:
        campaign = one_sent(api, cloud)

        for _ in range(2):
            tell(cloud, cloud.mails()[0], "Reject")

        (event,) = events(api, "email.failed")
        message = api.get(f"/v1/messages/{event['message_id']}").json
        assert (event["reason"], message["reason"]) == ("rejected", "rejected: Bad content")
        assert status(api, campaign.campaign_id)["audience"]["failed"] == 1


class TestUnknownOutcome:
    def test_is_settled_by_what_is_heard_of_the_mail(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        sends = cloud.wire.players["sesv2"]

        def crashing(operation: str, params: dict[str, Any]) -> dict[str, Any]:
            sends(operation, params)
            raise Crash

        cloud.wire.players["sesv2"] = crashing
        with suppress(Crash):
            cloud.run(hours=1)
        cloud.wire.players["sesv2"] = sends
        cloud.run(hours=1)
        (mail,) = cloud.mails()
        waiting = api.get("/v1/messages?status=unknown").json["data"]
        assert len(waiting) == 1

        for _ in range(2):
            tell(cloud, mail, "Delivery")

        assert api.get("/v1/messages?status=unknown").json["data"] == []
        assert only_message(api, campaign)["delivered_at"] is not None
        assert len(events(api, "email.sent")) == 1
        audience = status(api, campaign.campaign_id)["audience"]
        assert (audience["active"], audience["paused"]) == (1, 0)
        cloud.run(hours=4)
        assert len(cloud.mails()) == 2
