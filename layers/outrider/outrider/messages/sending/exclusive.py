"""Who comes first where a campaign is exclusive."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.campaigns.enrollments.by_contact import ContactEnrollments
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.kit.aws.dynamodb import batch_get


@dataclass(frozen=True, slots=True)
class Rivals:
    """Of two campaigns that want the same contact, the one that enrolled them first has them. One
    enrolled at the same moment may be missed: the index that tells is moments behind."""

    of_contact: ContactEnrollments
    campaigns: CampaignRepository

    def of(self, enrollment: Enrollment) -> Sequence[Enrollment]:
        """Open enrollments of the contact in other active campaigns that are older than this."""
        others = self.of_contact.all(enrollment.contact_id)
        older = [other for other in others if _comes_first(other, enrollment)]
        if not older:
            return []
        keys = {other.campaign_id: self.campaigns.key(other.campaign_id) for other in older}
        items = batch_get(keys.values())
        active = {
            campaign.id
            for campaign in map(Campaign.model_validate, items.values())
            if campaign.status == "active"
        }
        return [other for other in older if other.campaign_id in active]


def _comes_first(other: Enrollment, own: Enrollment) -> bool:
    return (
        other.is_open
        and other.campaign_id != own.campaign_id
        and (other.created_at, other.id) < (own.created_at, own.id)
    )
