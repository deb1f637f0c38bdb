"""Who is in a campaign, and who was left out of it."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.errors import CampaignNotFound
from outrider.campaigns.models import Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import AudienceQuery, EnrollmentQuery, SkippedContact
from outrider.kit import ids
from outrider.kit.pagination import Page, Sealer


@dataclass(frozen=True, slots=True)
class MemberLists:
    caller: Caller
    campaigns: CampaignRepository
    enrollments: Callable[[str], EnrollmentRepository]

    def enrolled(self, campaign_id: str, query: EnrollmentQuery) -> Page[Enrollment]:
        """Raises CampaignNotFound."""
        self._require(campaign_id)
        sealer = self._sealer(campaign_id, "enrollments")
        found, place = self.enrollments(campaign_id).list(
            query.state, query.limit, sealer.after(query)
        )
        return sealer.page(query, found, place)

    def left_out(self, campaign_id: str, query: AudienceQuery) -> Page[SkippedContact]:
        """Whom a launch with a filter left out. Raises CampaignNotFound."""
        self._require(campaign_id)
        sealer = self._sealer(campaign_id, "audience")
        items, place = self.enrollments(campaign_id).skipped(
            query.reason, query.limit, sealer.after(query)
        )
        skipped = [
            SkippedContact(
                contact_id=item["sk"], reason=item["reason"], skipped_at=item["skipped_at"]
            )
            for item in items
        ]
        return sealer.page(query, skipped, place)

    def _require(self, campaign_id: str) -> None:
        if not ids.is_id("cam", campaign_id) or self.campaigns.get(campaign_id) is None:
            raise CampaignNotFound

    def _sealer(self, campaign_id: str, name: str) -> Sealer:
        return Sealer(self.caller.seal, f"{self.caller.workspace}/{campaign_id}/{name}")
