"""Leads that a workflow enrols: in one transaction with the lead, and named by all that follows."""

import pytest

from outrider.campaigns.audience.enrolling import EnrollOutcome
from outrider.campaigns.errors import CampaignTakesNobody
from outrider.contacts.errors import ContactNotFound
from outrider.kit import ids
from outrider.kit.aws.dynamodb import TransactionFailed
from tests.engine.invariants import Books, wrong_at_rest
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import crash_points
from tests.integration.enrolled_leads import LEAD, a_contact, enroll, noted
from tests.integration.feedback import notice
from tests.integration.outreach import STEP_ONE, STEP_TWO, launched, status
from tests.integration.replying import a_reply, put_into_bucket
from tests.integration.test_triggers import running


class TestEnrollLead:
    def test_enrolls_with_the_write_of_the_caller_and_sends_at_once(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = running(api)
        cloud.run(hours=1)

        outcome = enroll(cloud, campaign, a_contact(api))
        cloud.drain()

        assert outcome.skipped is None
        assert outcome.enrollment is not None
        assert outcome.enrollment.lead_id == LEAD
        assert noted(cloud) == {LEAD: outcome.enrollment.id}
        assert [mail.recipients for mail in cloud.mails()] == [["ada@example.com"]]

    def test_names_the_lead_in_every_event_that_follows(self, api: Api, cloud: Cloud) -> None:
        campaign = running(api, keep_running=True)
        enroll(cloud, campaign, a_contact(api))
        cloud.run(hours=0.1)
        cloud.bus.carry(notice(cloud.mails()[0], "Delivery"))
        put_into_bucket(cloud, a_reply(cloud.mails()[0], "Sounds great, let's talk."))
        cloud.run(hours=0.1)

        told = {
            event["event"]: event["data"].get("lead_id")
            for event in api.get("/v1/events?limit=100").json["data"]
            if "enrollment_id" in event["data"]
        }

        assert told == dict.fromkeys(
            (
                "enrollment.created",
                "email.sent",
                "email.delivered",
                "reply.received",
                "reply.classified",
                "enrollment.finished",
            ),
            LEAD,
        )

    def test_names_no_lead_where_there_is_none(self, api: Api, cloud: Cloud) -> None:
        launched(api, steps=(STEP_ONE,))
        cloud.run(hours=0.1)

        assert not any(
            "lead_id" in event["data"] for event in api.get("/v1/events?limit=100").json["data"]
        )

    def test_waits_in_a_paused_campaign(self, api: Api, cloud: Cloud) -> None:
        campaign = running(api, keep_running=True)
        api.post(f"/v1/campaigns/{campaign}/pause")

        outcome = enroll(cloud, campaign, a_contact(api))
        cloud.run(hours=2)
        waiting = len(cloud.mails())
        api.post(f"/v1/campaigns/{campaign}/resume")
        cloud.run(hours=0.5)

        assert outcome.enrollment is not None
        assert (waiting, len(cloud.mails())) == (0, 1)

    def test_skips_whom_the_screening_refuses_and_writes_nothing(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = running(api)
        contact_id = a_contact(api)
        api.post("/v1/suppressions", {"domain": "example.com", "reason": "manual"})

        outcome = enroll(cloud, campaign, contact_id)

        assert outcome == EnrollOutcome(None, "suppressed")
        assert noted(cloud) == {}
        assert status(api, campaign)["audience"]["total"] == 0

    def test_shows_the_enrollment_of_one_that_is_there(self, api: Api, cloud: Cloud) -> None:
        campaign = running(api, keep_running=True)
        contact_id = a_contact(api)
        first = enroll(cloud, campaign, contact_id)

        again = enroll(cloud, campaign, contact_id, ids.new("led"))

        assert again.skipped == "already_in_sequence"
        assert again.enrollment is not None
        assert first.enrollment is not None
        assert (again.enrollment.id, again.enrollment.lead_id) == (first.enrollment.id, LEAD)
        assert list(noted(cloud)) == [LEAD]

    def test_enrolls_nobody_whose_lead_was_changed(self, api: Api, cloud: Cloud) -> None:
        campaign = running(api)
        enroll(cloud, campaign, a_contact(api))

        with pytest.raises(TransactionFailed):
            enroll(cloud, campaign, a_contact(api, "bob@example.com"))

        assert status(api, campaign)["audience"]["total"] == 1

    def test_refuses_a_campaign_that_takes_nobody_and_a_contact_that_is_gone(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = running(api)
        sequence_id = api.get(f"/v1/campaigns/{campaign}").json["sequence_id"]
        draft = api.post("/v1/campaigns", {"name": "Draft", "sequence_id": sequence_id}).json["id"]

        with pytest.raises(CampaignTakesNobody):
            enroll(cloud, draft, a_contact(api))
        with pytest.raises(ContactNotFound):
            enroll(cloud, campaign, ids.new("con"))

    def test_keeps_the_lead_of_a_contact_that_is_enrolled_again(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign = running(api, keep_running=True)
        contact_id = a_contact(api)
        enroll(cloud, campaign, contact_id)
        cloud.run(hours=0.1)

        body = {"contact_id": contact_id, "re_enroll": True}
        api.post(f"/v1/campaigns/{campaign}/trigger", body)

        (enrollment,) = Books(cloud, api.workspace().id).enrollments
        assert (enrollment.generation, enrollment.lead_id) == (2, LEAD)

    def test_that_dies_anywhere_and_is_repeated_enrolls_once(self, api: Api, cloud: Cloud) -> None:
        campaign = launched(api, steps=(STEP_ONE, STEP_TWO)).campaign_id
        cloud.run(hours=0.1)
        contact_id = a_contact(api)
        before = cloud.snapshot()
        for number, when in crash_points(30):
            cloud.restore(before)
            with cloud.wire.crash_at(number, when) as happened:
                enroll(cloud, campaign, contact_id)
            again = enroll(cloud, campaign, contact_id)
            cloud.run(hours=1)

            assert again.enrollment is not None
            assert again.enrollment.lead_id == LEAD
            assert noted(cloud) == {LEAD: again.enrollment.id}
            books = Books(cloud, api.workspace().id)
            assert list(wrong_at_rest(books)) == [], f"died {when} call {number}"
            mails = [mail for mail in cloud.mails() if mail.recipients == ["ada@example.com"]]
            assert len(mails) == 1, f"died {when} call {number}"
            if not happened():
                return
        pytest.fail("more than 30 calls")
