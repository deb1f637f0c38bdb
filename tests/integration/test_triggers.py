"""Contacts that come to a campaign that runs, one by one, and what a person does with them."""

from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.campaigns.wiring import campaign_repository
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.messages.transports import SendOutcome
from outrider.messages.transports.ses import SesTransport
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, STEP_TWO, a_mailbox, launched, status
from tests.integration.test_audiences import a_campaign, launch


def running(api: Api, **settings: Any) -> str:
    """A campaign without anybody."""
    a_mailbox(api)
    campaign_id = a_campaign(api, **settings)
    launch(api, campaign_id)
    return campaign_id


def trigger(api: Api, campaign_id: str, **body: Any) -> Answer:
    return api.post(f"/v1/campaigns/{campaign_id}/trigger", body)


class TestTrigger:
    def test_creates_the_contact_and_sends_the_first_step_at_once(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = running(api)

        cloud.run(hours=1)
        answer = trigger(api, campaign, email="John@acme.com", first_name="John")
        cloud.drain()

        assert answer.status == 200
        assert (answer.json["triggered"], answer.json["campaign_id"]) == (True, campaign)
        contact = api.get(f"/v1/contacts/{answer.json['contact_id']}").json
        assert (contact["email"], contact["first_name"]) == ("John@acme.com", "John")
        assert [mail.recipients for mail in cloud.mails()] == [["John@acme.com"]]

    @pytest.mark.parametrize(
        ("service", "operation"),
        [("stepfunctions", "StartExecution"), ("sqs", "SendMessageBatch")],
    )
    def test_stands_though_aws_does_not_take_what_follows(
        self, api: Api, cloud: Cloud, service: str, operation: str
    ) -> None:
        """The contact is enrolled: its step goes out when the next round or check finds it."""
        campaign = running(api)
        cloud.run(hours=1)

        with cloud.wire.refuse(service, operation, "ServiceUnavailable"):
            answer = trigger(api, campaign, email="john@acme.com", first_name="John")
        cloud.run(hours=1)

        assert (answer.status, answer.json["triggered"]) == (200, True)
        assert [mail.recipients for mail in cloud.mails()] == [["john@acme.com"]]

    def test_takes_a_contact_that_is_there_as_it_is(self, api: Api) -> None:
        campaign = running(api)
        contact = api.post("/v1/contacts", {"email": "ada@example.com", "first_name": "Ada"}).json

        answers = [
            trigger(api, campaign, email="ada@example.com", first_name="Other").json,
            trigger(api, campaign, contact_id=contact["id"]).json,
        ]

        assert [(each["triggered"], each["reason"]) for each in answers] == [
            (True, None),
            (False, "already_in_sequence"),
        ]
        assert answers[1]["contact_id"] == contact["id"]
        assert api.get(f"/v1/contacts/{contact['id']}").json["first_name"] == "Ada"
        assert status(api, campaign)["audience"]["total"] == 1

    @pytest.mark.parametrize("state", ["draft", "paused"])
    def test_needs_an_active_campaign(self, api: Api, state: str) -> None:
        a_mailbox(api)
        campaign = a_campaign(api)
        if state == "paused":
            launch(api, campaign)
            api.post(f"/v1/campaigns/{campaign}/pause")

        answer = trigger(api, campaign, email="ada@example.com")

        assert (answer.status, answer.json["code"]) == (400, "CAMPAIGN_NOT_ACTIVE")

    def test_leaves_out_whoever_said_stop(self, api: Api) -> None:
        campaign = running(api)
        api.post("/v1/suppressions", {"domain": "acme.com", "reason": "manual"})

        answer = trigger(api, campaign, email="john@acme.com", first_name="John")

        assert (answer.status, answer.json["triggered"]) == (200, False)
        assert answer.json["reason"] == "suppressed"
        assert status(api, campaign)["audience"]["total"] == 0

    def test_begins_anew_for_one_that_is_over(self, api: Api, cloud: Cloud) -> None:
        campaign = running(api, keep_running=True)
        first = trigger(api, campaign, email="ada@example.com", first_name="Ada").json
        cloud.run(hours=1)

        refused = trigger(api, campaign, email="ada@example.com").json
        again = trigger(api, campaign, email="ada@example.com", re_enroll=True).json
        cloud.run(hours=1)

        assert (refused["triggered"], again["triggered"]) == (False, True)
        found = api.get(f"/v1/enrollments/{first['enrollment_id']}").json
        [kept] = cloud.items("enrollments", f"{api.workspace().id}#{found['campaign_id']}")
        assert (kept["generation"], found["status"]) == (2, "finished")
        assert len(cloud.mails()) == 2
        audience = status(api, campaign)["audience"]
        assert (audience["total"], audience["completed"]) == (1, 1)

    def test_keeps_a_campaign_from_completing_at_the_same_moment(self, api: Api) -> None:
        """The clock decides on counts; who comes between is not left behind."""
        campaign_id = running(api)
        campaigns = campaign_repository(WorkspaceId(api.workspace().id))
        seen = campaigns.get_with_counts(campaign_id)
        assert seen is not None

        answer = trigger(api, campaign_id, email="bob@example.com")

        assert answer.json["triggered"] is True
        with pytest.raises(TransactionFailed):
            transact(*campaigns.complete_actions(*seen, []))
        assert status(api, campaign_id)["status"] == "active"

    def test_that_is_asked_for_again_after_any_crash_enrolls_once(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = running(api)
        for number in range(1, 12):
            with cloud.wire.crash_at(number, "after"):
                trigger(api, campaign, email=f"eve{number}@example.com", first_name="Eve")

            again = trigger(api, campaign, email=f"eve{number}@example.com", first_name="Eve").json
            assert again["triggered"] or again["reason"] == "already_in_sequence"
        cloud.run(hours=1)

        found = status(api, campaign)["audience"]
        assert (found["total"], found["completed"], len(cloud.mails())) == (11, 11, 11)
        assert list(wrong_at_rest(Books(cloud, api.workspace().id))) == []


class TestEnrollment:
    def path(self, api: Api, cloud: Cloud, **options: Any) -> tuple[str, str]:
        campaign = launched(api, **options)
        cloud.run(hours=0.1)
        listed = api.get(f"/v1/campaigns/{campaign.campaign_id}/enrollments").json["data"]
        return campaign.campaign_id, f"/v1/enrollments/{listed[0]['id']}"

    def test_stays_where_it_is_until_it_is_resumed(self, api: Api, cloud: Cloud) -> None:
        campaign, path = self.path(api, cloud)

        paused = api.post(f"{path}/pause").json
        cloud.run(days=1)
        counts = status(api, campaign)["audience"]
        resumed = api.post(f"{path}/resume").json
        sent_while_paused = len(cloud.mails())
        cloud.run(hours=1)

        assert (paused["status"], paused["blocked_reason"]) == ("paused", "by_person")
        assert (counts["paused"], counts["active"], sent_while_paused) == (1, 0, 1)
        assert resumed["status"] == "active"
        assert len(cloud.mails()) == 2
        assert status(api, campaign)["status"] == "completed"

    def test_is_over_for_good_once_it_is_stopped(self, api: Api, cloud: Cloud) -> None:
        campaign, path = self.path(api, cloud)

        stopped = api.post(f"{path}/stop").json
        resumed = api.post(f"{path}/resume")
        cloud.run(days=1)

        assert (stopped["status"], stopped["exit_reason"]) == ("stopped", "by_person")
        assert (resumed.status, len(cloud.mails())) == (409, 1)
        assert status(api, campaign)["audience"]["completed"] == 1

    @pytest.mark.parametrize(("said", "mails"), [("sent", 1), ("not_sent", 2)])
    def test_of_a_lost_outcome_a_person_says_what_became(
        self, api: Api, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, said: str, mails: int
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(SesTransport, "send", lambda *_: SendOutcome("unknown", "timeout"))
            campaign, path = self.path(api, cloud, steps=(STEP_ONE, STEP_TWO))
        before = len(cloud.mails())

        silent = api.post(f"{path}/resume")
        answer = api.post(f"{path}/resume", {"unknown": said})
        cloud.run(days=1)

        assert (silent.status, answer.status) == (422, 200)
        assert len(cloud.mails()) == before + mails
        found = status(api, campaign)
        assert (found["sent"], found["audience"]["completed"]) == (2, 1)


class TestStats:
    def test_sum_up_by_step_variant_and_day(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, contacts=2)
        cloud.run(days=1)

        found = api.get(f"/v1/campaigns/{campaign.campaign_id}/stats").json
        later = api.get(f"/v1/campaigns/{campaign.campaign_id}/stats?since=2030-01-01").json

        assert (found["totals"]["sent"], later["totals"]["sent"]) == (4, 0)
        assert [step["counts"]["sent"] for step in found["by_step"]] == [2, 2]
        assert [step["position"] for step in found["by_step"]] == [1, 2]
        assert found["by_step"][0]["by_variant"][0]["counts"]["sent"] == 2
        assert sum(day["counts"]["sent"] for day in found["by_day"]) == 4
        assert found["rates"]["replied"] == {"numerator": 0, "denominator": 4, "value": 0.0}
        assert found["audience"]["completed"] == 2

    def test_of_days_that_end_before_they_begin_are_refused(self, api: Api) -> None:
        path = f"/v1/campaigns/{launched(api).campaign_id}/stats"

        one_day = api.get(f"{path}?since=2026-03-02&until=2026-03-02")
        none = api.get(f"{path}?since=2026-03-02&until=2026-03-01")

        assert (one_day.status, none.status) == (200, 422)
        assert "2026-03-01" in none.json["detail"]

    @pytest.mark.parametrize("until", ["0", "1772442000", "2026-03-02T00:00:00", "02.03.2026"])
    def test_are_asked_for_by_days_in_their_one_form(self, api: Api, until: str) -> None:
        answer = api.get(f"/v1/campaigns/{a_campaign(api)}/stats?until={until}")

        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/query/until")
