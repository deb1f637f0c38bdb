"""Service that forecasts a sequence, before its launch or while it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from outrider.access.models import Caller
from outrider.campaigns.audience.enroller import company_key
from outrider.campaigns.audience.missing_values import Needs, needs, unfilled
from outrider.campaigns.audience.runner import first_of
from outrider.campaigns.dispatch import windows
from outrider.campaigns.dispatch.daily_limits import DailyLimits
from outrider.campaigns.enrollments import ids as enrollment_ids
from outrider.campaigns.forecast.models import Expected, Person, Taken
from outrider.campaigns.forecast.schemas import (
    ContactPlan,
    DayPlan,
    PlanRequest,
    SequencePlan,
    StepPlan,
)
from outrider.campaigns.forecast.simulation import Forecast
from outrider.campaigns.models import Campaign
from outrider.campaigns.repository import CampaignRepository
from outrider.contacts.models import Contact
from outrider.contacts.service import ContactService
from outrider.kit import clock, ids
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository
from outrider.sequences.lint.rules import too_much_work
from outrider.sequences.models import Sequence as OutreachSequence
from outrider.sequences.service import SequenceService

MAX_SHOWN = 100
"""Maximum number of contacts whose steps are listed one by one."""
MAX_READ = 2_000
"""Maximum number of a filter's contacts that are read."""


@dataclass(frozen=True, slots=True)
class PlanningService:
    """Forecasts of the sequences of one workspace."""

    caller: Caller
    sequences: SequenceService
    contacts: ContactService
    campaigns: CampaignRepository
    mailboxes: MailboxRepository
    limits: Callable[[str], DailyLimits]

    def plan(self, sequence_id: str, request: PlanRequest) -> SequencePlan:
        """Return the forecast of a sequence. The same request at the same time gets the same
        forecast.

        Raises: SequenceNotFound.
        """
        self.caller.begin()
        sequence = self.sequences.get(sequence_id)
        campaign = self._campaign(sequence)
        steps = self.sequences.steps(sequence)
        now = clock.now()
        at = max(now, clock.from_text(request.at)) if request.at else now
        at = campaign.starts(at)
        contacts, more = self._contacts(request)
        count = request.contact_count or len(contacts)
        people = _people(campaign, contacts, count, needs(steps))
        mailboxes = self.mailboxes.of_pool(campaign.mailbox_pool)
        taken = (
            self._taken(campaign, mailboxes, now, people) if at.date() == now.date() else Taken()
        )
        forecast = Forecast(campaign, steps, mailboxes, taken, at)
        shown = contacts[: min(count, MAX_SHOWN)]
        outlook = forecast.run(people, [person.id for person in people[: len(shown)]])
        asked = dict.fromkeys(request.contact_ids or [])
        found = {each.id for each in contacts}
        return SequencePlan(
            sequence_id=sequence.id,
            at=clock.to_text(at),
            contact_count=count,
            more=more and request.contact_count is None,
            finishes_at=clock.to_text(outlook.finishes_at) if outlook.finishes_at else None,
            days=_days(outlook.days),
            late_by_reason=dict(sorted(outlook.late.items())),
            left_out_by_reason=dict(sorted(outlook.left_out.items())),
            contacts=[
                ContactPlan(
                    contact_id=contact.id,
                    timezone=person.timezone,
                    steps=[_shown(step) for step in outlook.expected[person.id]],
                )
                for contact, person in zip(shown, people, strict=False)
            ],
            not_found=[each for each in asked if each not in found],
            findings=too_much_work(steps),
        )

    def _contacts(self, request: PlanRequest) -> tuple[list[Contact], bool]:
        """Return the contacts requested by id, in that order, or the first that match the filter;
        and whether more may match."""
        if request.filter is None:
            asked = list(dict.fromkeys(request.contact_ids or []))
            found = self.contacts.several(asked)
            return [found[each] for each in asked if each in found], False
        return first_of(self.contacts.lists, request.filter, MAX_READ)

    def _campaign(self, sequence: OutreachSequence) -> Campaign:
        """Return the campaign that the sequence leads, or the one that its launch would create."""
        if sequence.campaign_id and (found := self.campaigns.get(sequence.campaign_id)):
            return found.model_copy(update={"steps_version": sequence.steps_version})
        return Campaign.to_be(sequence)

    def _taken(
        self,
        campaign: Campaign,
        mailboxes: Sequence[Mailbox],
        now: datetime,
        people: Sequence[Person],
    ) -> Taken:
        """Return the usage of today's limits."""
        today, taken = now.date(), Taken()
        usage = self.mailboxes.usage([mailbox.id for mailbox in mailboxes], today)
        for mailbox_id, used in usage.items():
            taken.mailboxes[mailbox_id] = used.used
            if used.free_at:
                taken.free_at[mailbox_id] = clock.from_text(used.free_at)
        if campaign.settings.daily_limit or campaign.settings.company_daily_limit:
            limited = campaign.settings.company_daily_limit is not None
            keys = {one.company_key for one in people if one.company_key and limited}
            limits = self.limits(campaign.id).usage(today, keys)
            taken.campaign = limits.campaign
            taken.companies = limits.companies
        return taken


def _people(
    campaign: Campaign, contacts: Sequence[Contact], count: int, needed: Needs
) -> Sequence[Person]:
    """Return `count` contacts for the forecast: the given ones, then copies of them in turn, or
    contacts without any fields if none are given."""
    known = [
        Person(
            id=enrollment_ids.of(campaign.id, each.id),
            timezone=each.timezone if windows.zone_of(each.timezone or "") else None,
            company_key=company_key(each),
            unfilled=unfilled(each, needed),
        )
        for each in contacts[:count]
    ]
    others = (
        (known[number % len(known)] if known else Person(""))._replace(
            id=enrollment_ids.of(campaign.id, f"con_{number:0{ids.LENGTH}d}")
        )
        for number in range(len(known), count)
    )
    return [*known, *others]


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


def _days(carried_out: Mapping[tuple[date, bool], int]) -> list[DayPlan]:
    return [
        DayPlan(
            date=day.isoformat(),
            messages=carried_out.get((day, False), 0),
            tasks=carried_out.get((day, True), 0),
        )
        for day in sorted({day for day, _ in carried_out})
    ]
