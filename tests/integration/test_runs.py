"""Numbered runs of a campaign: one clock is there at a time, whoever starts the next one."""

from datetime import timedelta

import pytest

from outrider.access.models import WorkspaceId
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.wiring import campaign_repository, enrollment_repository
from outrider.kit import clock
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from tests.engine.invariants import Books
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration.outreach import STEP_ONE, launched

LATER = timedelta(hours=1)


@pytest.fixture
def campaigns(api: Api) -> CampaignRepository:
    return campaign_repository(WorkspaceId(api.workspace().id))


@pytest.fixture
def campaign(api: Api, campaigns: CampaignRepository) -> Campaign:
    found = campaigns.get(launched(api, steps=({**STEP_ONE, "wait_days": 2},)).campaign_id)
    assert found
    return found


def as_it_is(campaigns: CampaignRepository, campaign: Campaign) -> Campaign:
    found = campaigns.get(campaign.id)
    assert found
    return found


class TestRuns:
    def test_are_begun_by_one_of_two(
        self, campaigns: CampaignRepository, campaign: Campaign
    ) -> None:
        now = clock.now()

        assert [campaigns.begin_run(campaign, now + LATER) for _ in range(2)] == [True, False]
        assert as_it_is(campaigns, campaign).run == campaign.run + 1

    def test_are_not_begun_over_a_round_that_was_promised_meanwhile(
        self, campaigns: CampaignRepository, campaign: Campaign
    ) -> None:
        sooner = clock.now() + LATER
        assert campaigns.expect_round(campaign, sooner, held=False)

        assert not campaigns.begin_run(campaign, sooner + LATER)
        assert as_it_is(campaigns, campaign).wakes_at == clock.to_text(sooner)

    def test_that_were_replaced_promise_nothing(
        self, campaigns: CampaignRepository, campaign: Campaign
    ) -> None:
        campaigns.begin_run(campaign, clock.now())

        assert not campaigns.expect_round(campaign, clock.now() + LATER, held=False)
        assert as_it_is(campaigns, campaign).wakes_at == clock.timestamp()

    def test_that_were_paused_promise_nothing(
        self, api: Api, campaigns: CampaignRepository, campaign: Campaign
    ) -> None:
        api.post(f"/v1/campaigns/{campaign.id}/pause")

        assert not campaigns.expect_round(campaign, clock.now() + LATER, held=False)

    def test_that_were_replaced_carry_nothing_out(
        self, api: Api, cloud: Cloud, campaigns: CampaignRepository, campaign: Campaign
    ) -> None:
        campaigns.begin_run(campaign, clock.now())
        cloud.clock.advance(days=3)

        names = {"workspace": api.workspace().id, "campaign_id": campaign.id}
        answer = cloud.invoke("campaigns_dispatch", {**names, "run": campaign.run, "round": 1})

        assert (answer["next"], cloud.queue("StepsQueue").messages) == ("stop", [])


class TestDueTimes:
    def test_stay_where_somebody_moved_them_meanwhile(
        self, api: Api, cloud: Cloud, campaign: Campaign
    ) -> None:
        workspace = WorkspaceId(api.workspace().id)
        enrollments = enrollment_repository(workspace, campaign.id)
        (seen,) = Books(cloud, workspace).enrollments
        now = clock.now()

        moved = [enrollments.postpone(seen, now + LATER * hours, None) for hours in (1, 2)]

        (after,) = Books(cloud, workspace).enrollments
        assert (moved, after.due_at) == ([True, False], clock.to_text(now + LATER))


class TestCompletion:
    def test_waits_for_who_came_since_it_was_counted(
        self, campaigns: CampaignRepository, campaign: Campaign
    ) -> None:
        found = campaigns.get_with_counts(campaign.id)
        assert found
        transact(campaigns.counters(campaign.id).add_action(total=1, active=1))

        with pytest.raises(TransactionFailed):
            transact(*campaigns.complete_actions(*found, []))

        assert as_it_is(campaigns, campaign).status == "active"
