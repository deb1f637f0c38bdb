"""Service that reports the statistics of a campaign."""

from dataclasses import dataclass

from outrider.campaigns.repository import CampaignRepository, audience
from outrider.campaigns.schemas import StatsQuery
from outrider.campaigns.statistics.schemas import StatsView, by_day, by_step, counts, rates
from outrider.sequences.service import SequenceService


@dataclass(frozen=True, slots=True)
class StatsService:
    """Statistics of the campaigns of one workspace."""

    campaigns: CampaignRepository
    sequences: SequenceService

    def of(self, campaign_id: str, query: StatsQuery) -> StatsView:
        """Return the statistics of a campaign for the days of the query.

        Raises: CampaignNotFound.
        """
        campaign, shards = self.campaigns.require_with_counts(campaign_id)
        parts = list(self.campaigns.statistics(campaign_id).list(query.since, query.until))
        steps = self.sequences.steps_of(campaign.sequence_id, campaign.steps_version)
        totals = counts(parts)
        return StatsView(
            campaign_id=campaign.id,
            since=query.since.isoformat() if query.since else None,
            until=query.until.isoformat() if query.until else None,
            audience=audience(shards),
            totals=totals,
            rates=rates(totals),
            by_step=by_step(parts, steps),
            by_day=by_day(parts),
        )
