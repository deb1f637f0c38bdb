"""Precedence of exclusive campaigns that share a contact."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.campaigns.enrollments.by_contact import ContactEnrollments
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.kit.aws.dynamodb import batch_get


@dataclass(frozen=True, slots=True)
class Rivals:
    """Reader of competing enrollments: the campaign that enrolled a contact first has precedence.
    An enrollment of the same moment may be missed, because the index is eventually consistent."""

    of_contact: ContactEnrollments
    campaigns: CampaignRepository

    def of(self, enrollment: Enrollment) -> Sequence[Enrollment]:
        """Return the contact's older open enrollments in other active campaigns. Raises StoreFailed
        if DynamoDB fails."""
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
