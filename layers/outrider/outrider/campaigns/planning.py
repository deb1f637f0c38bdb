"""Showing how a sequence would go, before it is launched or while it runs."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from outrider.access.models import Caller
from outrider.campaigns import enrollment_ids, windows
from outrider.campaigns.enrolling import company_key
from outrider.campaigns.forecast import Expected, Forecast, Taken
from outrider.campaigns.limits import DailyLimits
from outrider.campaigns.models import Campaign, Enrollment
from outrider.campaigns.repository import CampaignRepository
from outrider.campaigns.schemas import (
    ContactPlan,
    DayPlan,
    PlanRequest,
    SequencePlan,
    StepPlan,
)
from outrider.contacts.models import Contact
from outrider.contacts.service import ContactService
from outrider.kit import clock, ids
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.sequences.models import Sequence as OutreachSequence
from outrider.sequences.models import Step
from outrider.sequences.service import SequenceService


@dataclass(frozen=True, slots=True)
class PlanningService:
    caller: Caller
    sequences: SequenceService
    contacts: ContactService
    campaigns: CampaignRepository
    mailboxes: MailboxRepository
    limits: Callable[[str], DailyLimits]

    def plan(self, sequence_id: str, request: PlanRequest) -> SequencePlan:
        """Raises SequenceNotFound. The same question at the same moment gets the same answer."""
        self.caller.begin()
        sequence = self.sequences.get(sequence_id)
        campaign = self._campaign(sequence)
        steps = self.sequences.steps(sequence)
        now = clock.now()
        at = max(now, clock.from_text(request.at)) if request.at else now
        found = self.contacts.several(request.contact_ids or [])
        asked = list(dict.fromkeys(request.contact_ids or []))
        enrollments = [
            _enrollment(campaign, steps[0], at, each, found[each])
            for each in asked
            if each in found
        ]
        enrollments += [
            _enrollment(campaign, steps[0], at, f"con_{number:0{ids.LENGTH}d}")
            for number in range(request.audience or 0)
        ]
        mailboxes = self.mailboxes.of_pool(campaign.mailbox_pool)
        taken = self._taken(campaign, mailboxes, now, enrollments)
        expected = Forecast(campaign, steps, mailboxes, taken, at).run(enrollments)
        every = list(chain(*expected.values()))
        sent = [(each.send_at, each.step) for each in every if each.send_at]
        return SequencePlan(
            sequence_id=sequence.id,
            at=clock.to_text(at),
            finishes_at=max((clock.to_text(at) for at, _ in sent), default=None),
            days=_days(sent),
            late_by_reason=_reasons(each for each in every if each.send_at),
            left_out_by_reason=_reasons(each for each in every if not each.send_at),
            contacts=[
                ContactPlan(
                    contact_id=one.contact_id,
                    timezone=one.timezone,
                    steps=[_shown(step) for step in expected[one.id]],
                )
                for one in enrollments
                if one.contact_id in found
            ],
            not_found=[each for each in asked if each not in found],
        )

    def _campaign(self, sequence: OutreachSequence) -> Campaign:
        """The one that carries the sequence out, or what its launch would make."""
        if sequence.campaign_id and (found := self.campaigns.get(sequence.campaign_id)):
            return found.model_copy(update={"steps_version": sequence.steps_version})
        return Campaign(
            id=f"cam_{sequence.id.partition('_')[2]}",
            name=sequence.name,
            sequence_id=sequence.id,
            steps_version=sequence.steps_version,
            mailbox_pool=sequence.mailbox_pool,
            settings=sequence.settings,
            created_at=sequence.created_at,
            updated_at=sequence.updated_at,
        )

    def _taken(
        self,
        campaign: Campaign,
        mailboxes: Sequence[Mailbox],
        now: datetime,
        enrollments: Sequence[Enrollment],
    ) -> Taken:
        """What was sent today."""
        today, taken = now.date(), Taken()
        usage = self.mailboxes.usage([mailbox.id for mailbox in mailboxes], today)
        for mailbox_id, used in usage.items():
            taken.mailboxes[mailbox_id, today] = used.used
            if used.free_at:
                taken.free_at[mailbox_id] = clock.from_text(used.free_at)
        if campaign.settings.daily_limit or campaign.settings.company_daily_limit:
            keys = {one.company_key for one in enrollments if one.company_key}
            limits = self.limits(campaign.id).usage(today, keys)
            taken.campaign[today] = limits.campaign
            taken.companies.update({(key, today): used for key, used in limits.companies.items()})
        return taken


def _enrollment(
    campaign: Campaign, first: Step, at: datetime, contact_id: str, contact: Contact | None = None
) -> Enrollment:
    timezone = contact.timezone if contact and windows.zone_of(contact.timezone or "") else None
    return Enrollment(
        id=enrollment_ids.of(campaign.id, contact_id),
        campaign_id=campaign.id,
        contact_id=contact_id,
        sequence_id=campaign.sequence_id,
        steps_version=campaign.steps_version,
        step_id=first.id,
        due_at=clock.to_text(windows.due_after(at, first, campaign.settings, timezone)),
        timezone=timezone,
        company_key=company_key(contact) if contact else None,
        created_at=clock.to_text(at),
        updated_at=clock.to_text(at),
    )


def _shown(expected: Expected) -> StepPlan:
    return StepPlan(
        step_id=expected.step.id,
        channel=expected.step.channel,
        variant_id=expected.variant_id,
        mailbox_id=expected.mailbox_id,
        due_at=clock.to_text(expected.due_at),
        send_at=clock.to_text(expected.send_at) if expected.send_at else None,
        reason=expected.reason,
    )


def _days(sent: Sequence[tuple[datetime, Step]]) -> list[DayPlan]:
    counts = Counter((at.date().isoformat(), step.by_person) for at, step in sent)
    return [
        DayPlan(date=day, messages=counts[day, False], tasks=counts[day, True])
        for day in sorted({day for day, _ in counts})
    ]


def _reasons(expected: Iterable[Expected]) -> dict[str, int]:
    return dict(sorted(Counter(each.reason for each in expected if each.reason).items()))
