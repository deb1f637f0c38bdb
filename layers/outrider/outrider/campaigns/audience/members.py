"""Lists of a campaign's enrollments and skipped contacts, and of a contact's enrollments."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollments.lists import EnrollmentLists
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.enrollments.schemas import (
    ContactEnrollmentQuery,
    EnrollmentQuery,
    EnrollmentView,
)
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import AudienceQuery, SkippedContact
from outrider.kit.http.pagination import Page, Sealer


@dataclass(frozen=True, slots=True)
class MemberLists:
    """Lists of enrollments and skipped contacts, as the API shows them."""

    caller: Caller
    campaigns: CampaignRepository
    lists: EnrollmentLists
    enrollments: Callable[[str], EnrollmentRepository]

    def list_enrollments(self, campaign_id: str, query: EnrollmentQuery) -> Page[EnrollmentView]:
        """Return a page of a campaign's enrollments.

        Raises: CampaignNotFound, ValidationFailed for an invalid cursor.
        """
        campaign = self.campaigns.require(campaign_id)
        sealer = self._sealer(campaign_id, "enrollments")
        after = sealer.after(query)
        if query.contact_id is not None:
            found, place = self.lists.one(campaign.id, query.contact_id, query.status)
        else:
            found, place = self.lists.of_campaign(campaign, query.status, query.limit, after)
        return sealer.page(query, [EnrollmentView.of(each) for each in found], place)

    def of_contact(self, query: ContactEnrollmentQuery) -> Page[EnrollmentView]:
        """Return a page of a contact's enrollments in all campaigns.

        Raises: ValidationFailed for an invalid cursor.
        """
        sealer = self._sealer(query.contact_id, "enrollments")
        after = sealer.after(query)
        if query.campaign_id is not None:
            found, place = self.lists.one(query.campaign_id, query.contact_id, query.status)
        else:
            found, place = self.lists.of_contact(query.contact_id, query.status, query.limit, after)
        return sealer.page(query, [EnrollmentView.of(each) for each in found], place)

    def left_out(self, campaign_id: str, query: AudienceQuery) -> Page[SkippedContact]:
        """Return a page of the contacts that a filter selected but that were not enrolled.

        Raises: CampaignNotFound, ValidationFailed for an invalid cursor.
        """
        self.campaigns.require(campaign_id)
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

    def _sealer(self, of: str, name: str) -> Sealer:
        return Sealer(self.caller.seal, f"{self.caller.workspace}/{of}/{name}")
