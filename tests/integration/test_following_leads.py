"""Leads follow what the engine does: contacted, replied, or failed before anything was sent."""

from itertools import permutations
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.events.feed.packing import recorded_events
from outrider.kit.aws.dynamodb import batch_get
from outrider.kit.counters import total
from outrider.leads.models import Lead
from outrider.leads.wiring import lead_repository
from outrider.workflows.wiring import workflow_repository
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import crash_points
from tests.integration.enrolled_leads import WORKFLOW, a_contact, enrolled
from tests.integration.outreach import STEP_ONE, STEP_TWO
from tests.integration.replying import a_reply, put_into_bucket
from tests.integration.test_triggers import running

YES = "Sounds great, let's talk."
FOLLOWED = ("email.sent", "reply.received", "enrollment.finished", "enrollment.failed")


def a_campaign(api: Api, *steps: dict[str, Any]) -> str:
    """A campaign that runs, with a mailbox, and without anybody."""
    running(api)
    body = {
        "name": "Leads",
        "steps": list(steps or (STEP_ONE, STEP_TWO)),
        "settings": {"keep_running": True},
    }
    sequence = api.post("/v1/sequences", body).json["id"]
    return str(api.post(f"/v1/sequences/{sequence}/launch").json["campaign_id"])


def stored(cloud: Cloud, lead_id: str) -> Lead:
    lead = lead_repository(WorkspaceId(cloud.api.workspace().id)).get(lead_id)
    assert lead is not None
    return lead


def told(cloud: Cloud, lead_id: str) -> list[str]:
    """The events of what the lead reached, in their order."""
    return [
        event.event
        for event in cloud.bus.told
        if event.data.get("lead_id") == lead_id
        and event.event in ("lead.contacted", "lead.replied")
    ]


def entries(cloud: Cloud, lead_id: str) -> list[dict[str, Any]]:
    """What the bus carried about the outreach to the lead."""
    return [
        entry
        for entry in cloud.bus.published
        for event in recorded_events(entry)
        if event.event in FOLLOWED and event.data.get("lead_id") == lead_id
    ]


def counted(cloud: Cloud) -> dict[str, int]:
    """The counts of the run that enrolled the lead."""
    repository = workflow_repository(WorkspaceId(cloud.api.workspace().id))
    shards = batch_get(repository.run_counters(WORKFLOW, 1).keys()).values()
    names = {name for shard in shards for name in shard} - {"pk", "sk"}
    return {name: total(shards, name) for name in names}


def unfollowed(cloud: Cloud, lead_id: str) -> None:
    """Set a lead back to what it was when it was enrolled."""
    leads, known = lead_repository(WorkspaceId(cloud.api.workspace().id)), stored(cloud, lead_id)
    before = known.changed(status="qualified", contacted_at=None, replied_at=None)
    leads.change(known, before, ())


def _suppressed(api: Api, _: str) -> None:
    api.post("/v1/suppressions", {"domain": "example.com", "reason": "manual"})


def _nameless(api: Api, contact_id: str) -> None:
    api.patch(f"/v1/contacts/{contact_id}", {"first_name": None})


class TestFollowing:
    def test_an_email_that_went_out_makes_a_lead_contacted(self, api: Api, cloud: Cloud) -> None:
        campaign = a_campaign(api)
        lead_id = enrolled(cloud, campaign, a_contact(api))

        cloud.run(hours=3)

        lead = api.get(f"/v1/leads/{lead_id}").json
        assert (lead["status"], len(cloud.mails())) == ("contacted", 2)
        (event,) = api.get("/v1/events?type=lead.contacted").json["data"]
        first = min(api.get("/v1/messages").json["data"], key=lambda each: each["created_at"])
        assert event["data"] == {
            "lead_id": lead_id,
            "contact_id": lead["contact_id"],
            "workflow_id": WORKFLOW,
            "enrollment_id": first["enrollment_id"],
            "campaign_id": campaign,
            "message_id": first["id"],
        }

    def test_a_reply_makes_it_replied(self, api: Api, cloud: Cloud) -> None:
        lead_id = enrolled(cloud, a_campaign(api), a_contact(api))
        cloud.run(hours=0.1)
        put_into_bucket(cloud, a_reply(cloud.mails()[0], YES))
        cloud.run(hours=0.1)

        lead = stored(cloud, lead_id)

        assert (lead.status, told(cloud, lead_id)) == (
            "replied",
            ["lead.contacted", "lead.replied"],
        )
        assert (lead.contacted_at or "") < (lead.replied_at or "")

    def test_an_automatic_reply_does_not_until_a_person_says_it_is_none(
        self, api: Api, cloud: Cloud
    ) -> None:
        lead_id = enrolled(cloud, a_campaign(api), a_contact(api))
        cloud.run(hours=0.1)
        away = "I am out of office until March 9, 2026."
        put_into_bucket(cloud, a_reply(cloud.mails()[0], away, Auto_Submitted="auto-replied"))
        cloud.run(hours=0.1)
        before = stored(cloud, lead_id).status
        (reply,) = api.get("/v1/messages?direction=in").json["data"]

        path = f"/v1/messages/{reply['id']}/classification"
        api.patch(path, {"value": "interested"})
        cloud.run(hours=0.1)

        assert (before, stored(cloud, lead_id).status) == ("contacted", "replied")

    @pytest.mark.parametrize(
        ("happens", "code"),
        [
            (_suppressed, "suppressed_domain"),
            (_nameless, "content"),
        ],
        ids=["suppressed", "unrenderable"],
    )
    def test_an_end_before_anything_was_sent_makes_it_failed(
        self, api: Api, cloud: Cloud, happens: Any, code: str
    ) -> None:
        campaign, contact_id = a_campaign(api), a_contact(api)
        api.post(f"/v1/campaigns/{campaign}/pause")
        lead_id = enrolled(cloud, campaign, contact_id)
        happens(api, contact_id)
        api.post(f"/v1/campaigns/{campaign}/resume")
        cloud.run(hours=0.5)

        lead = stored(cloud, lead_id)

        assert cloud.mails() == []
        assert lead.status == "failed"
        assert lead.failure is not None
        assert lead.failure.code == code
        assert told(cloud, lead_id) == []
        assert counted(cloud) == {"failed": 1, f"failed_{code}": 1}

    def test_a_retry_that_succeeds_makes_it_contacted_after_all(
        self, api: Api, cloud: Cloud
    ) -> None:
        campaign, contact_id = a_campaign(api), a_contact(api)
        api.post(f"/v1/campaigns/{campaign}/pause")
        lead_id = enrolled(cloud, campaign, contact_id)
        _nameless(api, contact_id)
        api.post(f"/v1/campaigns/{campaign}/resume")
        cloud.run(hours=0.5)
        before = stored(cloud, lead_id).status
        api.patch(f"/v1/contacts/{contact_id}", {"first_name": "Ada"})

        api.post(f"/v1/campaigns/{campaign}/retry", {})
        cloud.run(hours=0.5)

        lead = stored(cloud, lead_id)
        assert (before, lead.status, lead.failure) == ("failed", "contacted", None)
        assert counted(cloud) == {"failed": 0, "failed_content": 0}

    def test_an_end_after_the_email_leaves_it_contacted(self, api: Api, cloud: Cloud) -> None:
        lead_id = enrolled(cloud, a_campaign(api, STEP_ONE), a_contact(api))

        cloud.run(hours=0.5)

        assert stored(cloud, lead_id).status == "contacted"
        assert {each["detail-type"] for each in entries(cloud, lead_id)} == {
            "events.packed",
            "enrollment.finished",
        }


class TestOrder:
    def test_of_an_end_before_its_email_makes_nothing_failed(self, api: Api, cloud: Cloud) -> None:
        """Email and end are recorded together, but their events may come in any order."""
        lead_id = enrolled(cloud, a_campaign(api, STEP_ONE), a_contact(api))
        cloud.run(hours=0.5)
        (end,) = [each for each in entries(cloud, lead_id) if "finished" in each["detail-type"]]
        unfollowed(cloud, lead_id)

        cloud.invoke("leads_follow", end)

        assert stored(cloud, lead_id).status == "qualified"
        assert counted(cloud) == {}

    def test_does_not_matter_nor_does_repetition(self, api: Api, cloud: Cloud) -> None:
        lead_id = enrolled(cloud, a_campaign(api), a_contact(api))
        cloud.run(hours=3)
        put_into_bucket(cloud, a_reply(cloud.mails()[1], YES))
        cloud.run(hours=0.1)
        known, carried = stored(cloud, lead_id), entries(cloud, lead_id)
        unfollowed(cloud, lead_id)
        before = cloud.snapshot()

        assert len(carried) == 4
        for order in permutations(carried):
            cloud.restore(before)
            for entry in order:
                cloud.invoke("leads_follow", entry)
                cloud.invoke("leads_follow", entry)
                cloud.drain()
            followed = stored(cloud, lead_id)

            changed = {"version": known.version, "updated_at": known.updated_at}
            assert followed.model_copy(update=changed) == known, order
            assert told(cloud, lead_id) == ["lead.contacted", "lead.replied"] * 2

    def test_that_dies_anywhere_and_comes_again_tells_once(self, api: Api, cloud: Cloud) -> None:
        lead_id = enrolled(cloud, a_campaign(api), a_contact(api))
        cloud.run(hours=0.1)
        put_into_bucket(cloud, a_reply(cloud.mails()[0], YES))
        cloud.run(hours=0.1)
        (reply,) = [each for each in entries(cloud, lead_id) if "reply" in each["detail-type"]]
        unfollowed(cloud, lead_id)
        before = cloud.snapshot()
        for number, when in crash_points(10):
            cloud.restore(before)
            with cloud.wire.crash_at(number, when) as happened:
                cloud.invoke("leads_follow", reply)
            cloud.invoke("leads_follow", reply)
            cloud.drain()

            assert stored(cloud, lead_id).status == "replied"
            assert told(cloud, lead_id) == ["lead.contacted", "lead.replied"] * 2
            if not happened():
                return
        pytest.fail("more than 10 calls")
