"""Screening of an audience: which contacts must not be enrolled, and why, as of now.

The same is checked again when a step is due, so later changes are not missed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.campaigns.enrollments.by_contact import ContactEnrollments
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import SkipReason
from outrider.contacts.models import Contact
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit import clock, parallel
from outrider.kit.aws.dynamodb import batch_get


@dataclass(frozen=True, slots=True)
class Screening:
    """Screening of contacts for one campaign."""

    campaign: Campaign
    campaigns: CampaignRepository
    suppressions: SuppressionRepository
    bounces: GlobalBounces
    of_contact: ContactEnrollments

    def refused(self, contacts: Sequence[Contact]) -> dict[str, SkipReason]:
        """Return the reasons of the contacts that must not be enrolled, by contact id."""
        refused = {each.id: reason for each in contacts if (reason := self._own_reason(each))}
        self._add_suppressed(refused, _left(contacts, refused))
        if self.campaign.settings.exclusive:
            self._add_busy(refused, _left(contacts, refused))
        return refused

    def _own_reason(self, contact: Contact) -> SkipReason | None:
        if contact.status == "unsubscribed":
            return "unsubscribed"
        verdict = contact.verification.verdict if contact.verification else None
        if contact.status == "bounced" or verdict == "invalid":
            return "invalid_address"
        interval = timedelta(hours=self.campaign.settings.min_interval_hours)
        if interval and contact.last_contacted_at is not None:
            touched = clock.from_text(contact.last_contacted_at)
            return "recently_contacted" if touched + interval > clock.now() else None
        return None

    def _add_suppressed(self, refused: dict[str, SkipReason], contacts: Sequence[Contact]) -> None:
        addresses = [each for one in contacts for each in (one.email, *one.other_emails)]
        found = self.suppressions.find(addresses)
        places = {one.id: self.bounces.key(one.email) for one in contacts}
        bounced = batch_get(dict.fromkeys(places.values()))
        for one in contacts:
            table, pk, sk = places[one.id]
            if self.suppressions.blocking(found, one.email, one.other_emails):
                refused[one.id] = "suppressed"
            elif (table.name, pk, sk) in bounced:
                refused[one.id] = "invalid_address"

    def _add_busy(self, refused: dict[str, SkipReason], contacts: Sequence[Contact]) -> None:
        asked = [each.id for each in contacts]
        elsewhere = dict(zip(asked, parallel.each(self._elsewhere, asked), strict=True))
        wanted = {campaign_id for others in elsewhere.values() for campaign_id in others}
        found = batch_get(self.campaigns.key(each) for each in sorted(wanted))
        active = {item["sk"] for item in found.values() if item["status"] == "active"}
        for contact_id, others in elsewhere.items():
            if not active.isdisjoint(others):
                refused[contact_id] = "in_other_active_sequence"

    def _elsewhere(self, contact_id: str) -> set[str]:
        """Return the other campaigns in which the contact has a next step."""
        return {each.campaign_id for each in self.of_contact.all(contact_id) if each.is_open} - {
            self.campaign.id
        }


def _left(contacts: Sequence[Contact], refused: Mapping[str, SkipReason]) -> Sequence[Contact]:
    return [each for each in contacts if each.id not in refused]
