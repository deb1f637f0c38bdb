"""What can be asked of campaigns."""

from dataclasses import dataclass

from outrider.campaigns.errors import CampaignNotFound
from outrider.campaigns.repository import CampaignRepository, audience
from outrider.campaigns.schemas import CampaignStatusView
from outrider.kit import ids
from outrider.kit.counters import total


@dataclass(frozen=True, slots=True)
class CampaignService:
    campaigns: CampaignRepository

    def status(self, campaign_id: str) -> CampaignStatusView:
        """Raises CampaignNotFound."""
        found = (
            self.campaigns.get_with_counts(campaign_id) if ids.is_id("cam", campaign_id) else None
        )
        if found is None:
            raise CampaignNotFound
        campaign, shards = found
        return CampaignStatusView(
            campaign_id=campaign.id,
            name=campaign.name,
            status=campaign.status,
            sequence_id=campaign.sequence_id,
            audience=audience(shards),
            sent=total(shards, "sent"),
            skipped=total(shards, "skipped"),
        )
