"""A sequence from launch to its end, over every worker between."""

import base64
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.mail import Mail
from tests.integration.outreach import STEP_ONE, STEP_TWO, Launched, launched, status

THREE_DAYS_LATER = {"channel": "email", "wait_days": 3, "text": "Did you see it?"}


def reply_to(cloud: Cloud, mail: Mail, **headers: str) -> dict[str, str]:
    """Give the product an answer to `mail`, as its recipient's program would write it."""
    lines = {
        "From": mail.recipients[0],
        "To": mail.sender,
        "Subject": "Re: your mail",
        "Message-ID": "<answer-1@example.com>",
        "In-Reply-To": f"<{mail.message_id}@email.amazonses.com>",
        **headers,
    }
    raw = "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\nYes, please.\r\n"
    answer: dict[str, str] = cloud.invoke(
        "inbound_receive", {"raw_base64": base64.b64encode(raw.encode()).decode()}
    )
    return answer


def events(api: Api, name: str) -> list[dict[str, str]]:
    """The data of all events of this name in the feed."""
    page = api.get(f"/v1/events?limit=200&type={name}").json
    return [event["data"] for event in page["data"]]


class TestLaunch:
    def test_sends_the_first_step_at_once_to_everyone(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=3)

        cloud.run(hours=1)

        assert {mail.recipients[0]: mail.message["Subject"] for mail in cloud.mails()} == {
            "ada0@example.com": "A question, Ada0",
            "ada1@example.com": "A question, Ada1",
            "ada2@example.com": "A question, Ada2",
        }
        assert len(cloud.mails()) == 3
        assert status(api, campaign.campaign_id)["audience"] == {
            "total": 3,
            "active": 3,
            "completed": 0,
            "paused": 0,
            "bounced": 0,
            "failed": 0,
        }

    def test_sends_the_second_step_after_its_wait_in_the_same_thread(
        self, api: Api, cloud: Cloud
    ) -> None:
        launched(api, steps=(STEP_ONE, THREE_DAYS_LATER))
        begun = cloud.clock.now
        arrived = []
        cloud.run(days=4, step=lambda: arrived.append((len(cloud.mails()), cloud.clock.now)))

        first, second = cloud.mails()

        sent_second = next(moment for count, moment in arrived if count == 2)
        assert timedelta(days=3) <= sent_second - begun < timedelta(days=3, minutes=1)
        assert second.message["Subject"] == "Re: A question, Ada0"
        assert second.message["In-Reply-To"] == f"<{first.message_id}@email.amazonses.com>"
        assert second.message["References"] == second.message["In-Reply-To"]

    def test_sends_a_following_step_without_wait_right_after(self, api: Api, cloud: Cloud) -> None:
        launched(
            api, steps=(STEP_ONE, {**STEP_TWO, "wait_before": {"value": 0, "unit": "minutes"}})
        )

        cloud.run(hours=0.01)

        assert len(cloud.mails()) == 2

    def test_finishes_sequence_and_campaign_once_when_nobody_is_left(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = launched(api, contacts=2, steps=(STEP_ONE,))

        execution = cloud.run_campaign(campaign.campaign_id)

        assert execution.status == "SUCCEEDED"
        assert status(api, campaign.campaign_id)["status"] == "completed"
        names = {"campaign_id": campaign.campaign_id, "sequence_id": campaign.sequence_id}
        assert events(api, "sequence.finished") == [names]
        assert events(api, "campaign.completed") == [names]
        assert len(events(api, "enrollment.finished")) == 2
        feed = [event["event"] for event in api.get("/v1/events?limit=200").json["data"]]
        assert feed.index("sequence.finished") < feed.index("campaign.completed")

    def test_refuses_a_pool_that_cannot_send_and_changes_nothing(
        self, api: Api, cloud: Cloud
    ) -> None:
        mailbox = api.post("/v1/mailboxes", {"email": "new@outrider.test"}).json
        api.patch(f"/v1/mailboxes/{mailbox['id']}", {"status": "paused"})
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json
        before = cloud.items("campaigns", api.workspace().id)

        answer = api.post(f"/v1/sequences/{sequence['id']}/launch")

        assert (answer.status, answer.json["code"]) == (409, "MAILBOX_POOL_NOT_WARMED")
        assert "new@outrider.test is paused" in answer.json["detail"]
        assert f"PATCH /v1/mailboxes/{mailbox['id']}" in answer.json["detail"]
        assert cloud.items("campaigns", api.workspace().id) == before

    def test_refuses_to_write_to_contacts_with_nothing_to_say(self, api: Api) -> None:
        documented = {
            "name": "Q2 Heads of Sales",
            "mailbox_pool": "pool_default",
            "steps": [
                {"channel": "email", "wait_days": 0},
                {"channel": "email", "wait_days": 3, "if": "no_reply"},
            ],
        }
        api.post("/v1/mailboxes", {"email": "ada@outrider.test", "warmed": True})
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json
        sequence = api.post("/v1/sequences", documented).json
        path = f"/v1/sequences/{sequence['id']}/launch"

        refused = api.post(path, {"contact_ids": [contact["id"]]})
        empty = api.post(path)

        assert sequence["steps"] == 2
        assert refused.status == 422
        assert [error["pointer"] for error in refused.json["errors"]] == [
            "/steps/0/subject",
            "/steps/0/text",
            "/steps/1/text",
        ]
        assert (empty.status, empty.json["counts"]["added"]) == (200, 0)

    def test_says_of_each_contact_what_became_of_it(self, api: Api) -> None:
        api.post("/v1/mailboxes", {"email": "ada@outrider.test", "warmed": True})
        contact = api.post("/v1/contacts", {"email": "ada@example.com"}).json["id"]
        foreign = api.post("/v1/contacts", {"email": "bob@example.com"}, workspace="globex")
        sequence = api.post("/v1/sequences", {"name": "First", "steps": [STEP_ONE]}).json

        answer = api.post(
            f"/v1/sequences/{sequence['id']}/launch",
            {"contact_ids": [contact, contact, foreign.json["id"], "nonsense"]},
        ).json

        reasons = [result["reason"] for result in answer["results"]]
        assert reasons == [None, "duplicate", "not_found", "not_found"]
        assert answer["counts"] == {"added": 1, "skipped": 3}

    def test_launches_once(self, api: Api) -> None:
        campaign = launched(api)

        again = api.post(f"/v1/sequences/{campaign.sequence_id}/launch")

        assert (again.status, again.json["code"]) == (409, "CONFLICT")

    def test_sends_no_real_mail_for_a_test_key(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, mode="test")

        cloud.run(hours=1)

        assert cloud.mails() == []
        assert status(api, campaign.campaign_id, mode="test")["sent"] == 1


class TestReply:
    def answered(self, api: Api, cloud: Cloud, **headers: str) -> tuple[Launched, dict[str, str]]:
        campaign = launched(api)
        cloud.run(hours=1)
        return campaign, reply_to(cloud, cloud.mails()[0], **headers)

    def test_ends_the_enrollment(self, api: Api, cloud: Cloud) -> None:
        campaign, taken = self.answered(api, cloud)

        cloud.run(hours=4)

        assert taken["kind"] == "reply"
        assert len(cloud.mails()) == 1
        (ended,) = events(api, "enrollment.finished")
        assert (ended["status"], ended["reason"]) == ("replied", "replied")
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1

    def test_leaves_out_the_steps_up_to_the_one_that_wants_it(self, api: Api, cloud: Cloud) -> None:
        for_repliers = {**STEP_TWO, "if": "replied", "text": "Glad to hear it"}
        launched(api, steps=(STEP_ONE, STEP_TWO, for_repliers))
        cloud.run(hours=1)
        reply_to(cloud, cloud.mails()[0])

        cloud.run(hours=6)

        assert [event["reason"] for event in events(api, "email.skipped")] == ["replied"]
        first_words = [mail.message.get_content().split()[0] for mail in cloud.mails()]
        assert first_words == ["Hi", "Glad"]

    def test_marks_the_contact_and_tells_once(self, api: Api, cloud: Cloud) -> None:
        campaign, _ = self.answered(api, cloud)
        reply_to(cloud, cloud.mails()[0])

        cloud.drain()

        contact = api.get(f"/v1/contacts/{campaign.contact_ids[0]}").json
        assert (contact["status"], contact["last_replied_at"] is not None) == ("interested", True)
        assert [event["contact_id"] for event in events(api, "reply.received")] == [contact["id"]]

    def test_an_automatic_answer_is_no_reply(self, api: Api, cloud: Cloud) -> None:
        _, taken = self.answered(api, cloud, **{"Auto-Submitted": "auto-replied"})

        cloud.run(hours=4)

        assert taken["kind"] == "automatic"
        assert len(cloud.mails()) == 2

    def test_a_step_may_wait_for_a_reply(self, api: Api, cloud: Cloud) -> None:
        launched(api, steps=(STEP_ONE, {**STEP_TWO, "if": "replied"}))
        cloud.run(hours=1)
        reply_to(cloud, cloud.mails()[0])

        cloud.run(hours=4)

        assert len(cloud.mails()) == 2


class TestGates:
    def test_a_deleted_contact_gets_nothing_more(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.run(hours=1)
        api.delete(f"/v1/contacts/{campaign.contact_ids[0]}")

        cloud.run(hours=4)

        assert len(cloud.mails()) == 1
        assert status(api, campaign.campaign_id)["audience"]["completed"] == 1

    def test_a_variable_without_value_fails_the_step_and_says_so(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = launched(api, steps=({**STEP_ONE, "text": "About {{ company }}"},))

        cloud.run(hours=1)

        assert cloud.mails() == []
        (failed,) = events(api, "email.failed")
        assert failed["reason"] == "content"
        assert "company" in api.get(f"/v1/messages/{failed['message_id']}").json["reason"]
        assert status(api, campaign.campaign_id)["audience"]["failed"] == 1

    def test_the_daily_cap_holds_and_the_rest_goes_out_on_later_days(
        self, api: Api, cloud: Cloud
    ) -> None:
        launched(api, contacts=5, steps=(STEP_ONE,), mailbox={"daily_cap": 2})
        days = []
        cloud.run(days=4, step=lambda: days.append((cloud.clock.now.date(), len(cloud.mails()))))

        by_day = dict(days)

        assert sorted(by_day.values())[:3] == [2, 4, 5]

    def test_the_minimum_gap_lies_between_mails_of_a_mailbox(self, api: Api, cloud: Cloud) -> None:
        launched(api, contacts=20, steps=(STEP_ONE,), mailbox={"min_gap_seconds": 120})
        arrivals: list[datetime] = []

        def note() -> None:
            arrivals.extend([cloud.clock.now] * (len(cloud.mails()) - len(arrivals)))

        cloud.run(hours=2, step=note)

        gaps = {later - earlier for earlier, later in pairwise(arrivals)}
        assert len(arrivals) == 20
        assert min(gaps) >= timedelta(seconds=119)


class TestProvider:
    def test_a_throttled_mail_is_tried_again_later(self, api: Api, cloud: Cloud) -> None:
        launched(api, steps=(STEP_ONE,))

        with cloud.wire.refuse("sesv2", "SendEmail", "TooManyRequestsException", times=1):
            cloud.run(hours=1)

        assert len(cloud.mails()) == 1

    def test_a_refused_mail_fails_the_enrollment(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)

        with cloud.wire.refuse("sesv2", "SendEmail", "MessageRejected", times=1):
            cloud.run(hours=3)

        assert cloud.mails() == []
        (failed,) = events(api, "email.failed")
        message = api.get(f"/v1/messages/{failed['message_id']}").json
        assert failed["reason"] == "refused"
        assert message["reason"] == "refused: MessageRejected: refused by the test"
        assert status(api, campaign.campaign_id)["audience"]["failed"] == 1


class TestClock:
    def test_a_successor_takes_over_a_long_run(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(
            api, steps=(STEP_ONE, {**STEP_TWO, "wait_before": {"value": 6, "unit": "days"}})
        )

        cloud.run(days=7)

        assert len(cloud.mails()) == 2
        assert {execution.name for execution in cloud.executions.all.values()} == {
            f"{campaign.campaign_id}-1",
            f"{campaign.campaign_id}-2",
        }

    def test_the_check_restarts_a_run_that_stands_still(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.run(hours=1)
        cloud.executions.clear()
        cloud.clock.advance(days=3)

        cloud.invoke("campaigns_start", {"source": "aws.scheduler"})
        cloud.run(hours=1)

        assert f"{campaign.campaign_id}-2" in cloud.executions.all
        assert status(api, campaign.campaign_id)["sent"] == 2

    def test_the_check_restarts_others_though_one_fails(self, api: Api, cloud: Cloud) -> None:
        first = launched(api)
        body = {"name": "Second", "sequence_id": first.sequence_id}
        second = str(api.post("/v1/campaigns", body).json["id"])
        api.post(f"/v1/campaigns/{second}/launch")
        cloud.clock.advance(hours=1)

        with (
            cloud.wire.refuse("stepfunctions", "StartExecution", "StateMachineDeleting", times=1),
            pytest.raises(ExceptionGroup, match="1 campaigns were not started"),
        ):
            cloud.invoke("campaigns_start", {"source": "aws.scheduler"})

        names = (f"{first.campaign_id}-2", f"{second}-2")
        assert sorted(name in cloud.executions.all for name in names) == [False, True]

    def test_the_check_leaves_healthy_runs_alone(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api)
        cloud.run(hours=1)

        cloud.invoke("campaigns_start", {"source": "aws.scheduler"})

        assert f"{campaign.campaign_id}-2" not in cloud.executions.all
