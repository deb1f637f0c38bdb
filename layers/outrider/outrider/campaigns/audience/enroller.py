"""Enrollment of contacts in a campaign, up to 90 in one transaction with the counts.

Enrollments carry the mark of the request that made them. So a retry recognizes its own enrollments
and counts nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from outrider.access.models import Caller
from outrider.campaigns.audience.screening import Screening
from outrider.campaigns.dispatch.due_index import lane_of
from outrider.campaigns.dispatch.windows import Calendar, zone_of
from outrider.campaigns.enrollments import ids
from outrider.campaigns.enrollments.first_messages import FirstMessage
from outrider.campaigns.enrollments.repository import EnrollmentRepository, NewEnrollment
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.schemas import SkipReason
from outrider.companies.domains import is_free_mail
from outrider.contacts.models import Contact
from outrider.kit import bulk_marks, clock
from outrider.kit.aws.dynamodb import Action, Reason, transact_named
from outrider.kit.counters import Counters
from outrider.kit.text.addresses import domain_of
from outrider.sequences.models import Step

AT_ONCE = 90
SKIPPED_AS = "skipped_as_"
"""Prefix of the counters of skipped contacts, by reason."""


@dataclass(frozen=True, slots=True)
class Enroller:
    """Enroller of contacts in one campaign. Each transaction includes the condition check of
    `check`. With `keeps`, skipped contacts are stored with their reason too."""

    caller: Caller
    campaign: Campaign
    first: Step
    screening: Screening
    enrollments: EnrollmentRepository
    counters: Counters
    check: Callable[[], Action]
    mark: str
    keeps: bool = False
    calendars: dict[str | None, Calendar] = field(default_factory=dict)
    """Cached calendars by time zone, because parsing the window settings is slow."""

    def enroll(self, contacts: Sequence[Contact]) -> dict[str, SkipReason]:
        """Enroll up to AT_ONCE contacts. Return the reasons of those that were skipped, by contact
        id.

        Raises: TransactionFailed if the condition check fails.
        """
        skipped = self.screening.refused(contacts)
        groups = {
            each.id: [self.enrollments.add_action(self.new(each), self.campaign.due_shards)]
            for each in contacts
            if each.id not in skipped
        }
        if self.keeps:
            groups |= self._records(skipped)
        refused = transact_named(groups, lambda names: self._count_actions(names, skipped))
        known: dict[str, SkipReason] = {
            contact_id: "already_in_sequence"
            for contact_id, reasons in refused.items()
            if contact_id not in skipped and not self._is_own(reasons)
        }
        if self.keeps and known:
            transact_named(self._records(known), lambda names: self._count_actions(names, known))
        return skipped | known

    def new(
        self,
        contact: Contact,
        before: Enrollment | None = None,
        *,
        lead_id: str | None = None,
        approved: FirstMessage | None = None,
    ) -> NewEnrollment:
        """Return the new enrollment of a contact. `before` is an ended enrollment that it replaces.
        `approved` is the content of its first message, whose mailbox also sends all others."""
        now = clock.now()
        campaign = self.campaign
        timezone = contact.timezone if zone_of(contact.timezone or "") else None
        if timezone not in self.calendars:
            self.calendars[timezone] = Calendar.of(campaign.settings, timezone)
        due = self.calendars[timezone].due_after(campaign.starts(now), self.first)
        enrollment = Enrollment(
            id=ids.of(campaign.id, contact.id),
            campaign_id=campaign.id,
            contact_id=contact.id,
            sequence_id=campaign.sequence_id,
            steps_version=campaign.steps_version,
            generation=before.generation + 1 if before else 1,
            step_id=self.first.id,
            due_at=clock.to_text(due),
            timezone=timezone,
            company_key=company_key(contact),
            lead_id=lead_id or (before.lead_id if before else None),
            approved_step_id=approved.step_id if approved else None,
            mailbox_id=(approved.mailbox_id if approved else None) or None,
            created_at=clock.to_text(now),
            updated_at=clock.to_text(now),
            version=before.version + 1 if before else 1,
        )
        created = self.caller.event(
            "enrollment.created",
            identity=f"{enrollment.id}/{enrollment.generation}",
            **enrollment.names(),
        )
        return NewEnrollment(
            enrollment,
            [created],
            self.mark,
            lane_of(enrollment, self.first),
            by_company=campaign.settings.stop_for_company,
            approved=approved,
        )

    def _records(self, skipped: Mapping[str, SkipReason]) -> dict[str, list[Action]]:
        return {
            contact_id: [self.enrollments.skip_action(contact_id, reason)]
            for contact_id, reason in skipped.items()
        }

    def _count_actions(
        self, written: Collection[str], skipped: Mapping[str, SkipReason]
    ) -> Sequence[Action]:
        added = sum(contact_id not in skipped for contact_id in written)
        reasons = Counter(skipped[each] for each in written if each in skipped)
        by_reason = {f"{SKIPPED_AS}{reason}": count for reason, count in reasons.items()}
        counts = {"total": added, "active": added, "enrolled": added, **by_reason}
        return [self.counters.add_action(**counts), self.check()]

    def _is_own(self, reasons: Sequence[Reason]) -> bool:
        return any(bulk_marks.mark_of(reason.item) == self.mark for reason in reasons)


def company_key(contact: Contact) -> str | None:
    """Return the contact's company id, or else the domain of its address unless that is a free mail
    provider."""
    domain = domain_of(contact.email)
    return contact.company_id or (None if is_free_mail(domain) else domain)
