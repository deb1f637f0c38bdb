"""Leads of workflows as they are stored: claims of contacts, stages, and the count of those that
wait."""

from contextlib import suppress
from datetime import timedelta

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit import clock, ids
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import batch_get
from outrider.kit.counters import total
from outrider.kit.errors import PreconditionFailed
from outrider.leads.errors import LeadExists, LeadNotFound
from outrider.leads.models import Lead, Stage
from outrider.leads.repository import DueLead, LeadRepository
from outrider.leads.wiring import lead_repository
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import TimedOut, When, crash_points

WORKFLOW, OTHER = (ids.derived("wfl", name) for name in ("one", "other"))
LEASE = timedelta(minutes=5)


@pytest.fixture
def leads(api: Api) -> LeadRepository:
    return lead_repository(WorkspaceId(api.workspace().id))


def added(
    leads: LeadRepository,
    contact_id: str | None = None,
    workflow_id: str | None = WORKFLOW,
    stage: Stage | None = "research",
) -> Lead:
    now = clock.timestamp()
    lead = Lead(
        id=ids.new("led"),
        contact_id=contact_id or ids.new("con"),
        workflow_id=workflow_id,
        stage=stage,
        staged_at=now,
        created_at=now,
        updated_at=now,
    )
    leads.add(lead, [], [])
    return lead


def pending(leads: LeadRepository, workflow_id: str = WORKFLOW) -> int:
    return total(batch_get(leads.pending(workflow_id).keys()).values(), "pending")


def due(leads: LeadRepository, after: Item | None = None) -> list[DueLead]:
    later = clock.to_text(clock.now() + timedelta(milliseconds=1))
    return leads.due(WORKFLOW, later, 100, after)[0]


class TestClaimOfAContact:
    def test_allows_one_lead_in_each_workflow_and_one_without(self, leads: LeadRepository) -> None:
        first = added(leads)
        others = [added(leads, first.contact_id, each, None) for each in (OTHER, None)]

        for workflow_id in (WORKFLOW, OTHER, None):
            with pytest.raises(LeadExists):
                added(leads, first.contact_id, workflow_id)
        added(leads)

        assert sorted(each.id for each in leads.of_contact(first.contact_id)) == sorted(
            each.id for each in (first, *others)
        )

    def test_ends_with_the_leads(self, leads: LeadRepository, cloud: Cloud) -> None:
        lead = added(leads)
        added(leads, lead.contact_id, OTHER)

        leads.forget(lead.contact_id)
        leads.forget(lead.contact_id)

        assert (pending(leads), pending(leads, OTHER)) == (0, 0)
        assert [each["sk"][:6] for each in cloud.items("leads")] == ["count#"] * len(
            cloud.items("leads")
        )


class TestMerge:
    @pytest.mark.parametrize(("number", "when"), crash_points(6))
    def test_keeps_one_lead_in_each_workflow(
        self, leads: LeadRepository, cloud: Cloud, number: int, when: When
    ) -> None:
        loser = added(leads)
        also = added(leads, loser.contact_id, OTHER)
        winner = added(leads)

        with cloud.wire.crash_at(number, when), suppress(TimedOut):
            leads.move(loser.contact_id, winner.contact_id)
        leads.move(loser.contact_id, winner.contact_id)

        kept = leads.of_contact(winner.contact_id)
        assert sorted(each.id for each in kept) == sorted([winner.id, also.id])
        assert leads.of_contact(loser.contact_id) == []
        assert leads.get(loser.id) is None
        assert (pending(leads), pending(leads, OTHER)) == (1, 1)


class TestStage:
    def test_is_due_in_the_order_in_which_leads_came_to_it(
        self, leads: LeadRepository, cloud: Cloud
    ) -> None:
        first = added(leads, stage="qualify")
        cloud.clock.advance(seconds=1)
        second = added(leads)
        added(leads, workflow_id=OTHER)
        added(leads, stage=None)

        found, after = leads.due(WORKFLOW, clock.timestamp() + "~", 1, None)

        assert (found, after is None) == ([DueLead(first.id, "qualify")], False)
        assert due(leads, after) == [DueLead(second.id, "research")]

    def test_is_counted_while_it_waits(self, leads: LeadRepository) -> None:
        lead = added(leads)
        claimed = leads.claim(lead, LEASE, "researching")
        next_stage = claimed.at_stage("qualify", status="researched")
        leads.change(claimed, next_stage, [])
        before = pending(leads)

        done = next_stage.at_stage(None, status="qualified")
        leads.change(next_stage, done, [])

        assert (before, pending(leads), due(leads)) == (1, 0, [])
        leads.change(done, done.at_stage("contact"), [])
        assert (pending(leads), due(leads)) == (1, [DueLead(lead.id, "contact")])

    def test_belongs_to_one_worker_until_its_lease_ends(
        self, leads: LeadRepository, cloud: Cloud
    ) -> None:
        lead = added(leads)

        claimed = leads.claim(lead, LEASE, "researching")

        with pytest.raises(PreconditionFailed):
            leads.claim(lead, LEASE)
        assert leads.get(lead.id) == claimed
        assert (claimed.status, claimed.attempts, claimed.is_leased) == ("researching", 1, True)
        assert due(leads) == []
        cloud.clock.advance(minutes=5)
        assert (claimed.is_leased, due(leads)) == (False, [DueLead(lead.id, "research")])
        again = leads.claim(claimed, LEASE)
        assert (again.attempts, again.is_claimed_as(claimed)) == (2, False)
        assert again.changed(notes="x").is_claimed_as(again)

    def test_is_not_begun_once_the_lead_is_gone(self, leads: LeadRepository) -> None:
        lead = added(leads)
        leads.remove(lead)

        with pytest.raises(LeadNotFound):
            leads.claim(lead, LEASE)
        assert pending(leads) == 0

    def test_is_given_to_a_worker_whose_answer_was_lost(
        self, leads: LeadRepository, cloud: Cloud
    ) -> None:
        lead = added(leads)

        with cloud.wire.lose("PutItem"):
            claimed = leads.claim(lead, LEASE)

        assert leads.get(lead.id) == claimed
