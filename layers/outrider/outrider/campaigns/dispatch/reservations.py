"""Reservation of daily limits and mailbox slots by a round, before it queues the steps.

So caps cannot be exceeded, and workers need not check them. A unit is given back by the round if
SQS certainly did not accept the step, and by the worker if it certainly sends nothing. A worker
that crashes loses its unit.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from outrider.campaigns.dispatch.daily_limits import DailyLimits
from outrider.campaigns.dispatch.planner import Planned
from outrider.campaigns.models import Units
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, ConditionFailed
from outrider.mailboxes.models import Mailbox
from outrider.mailboxes.repository import MailboxRepository, MailboxUsage
from outrider.sequences.models import Settings


@dataclass(frozen=True, slots=True)
class Reservations:
    """Reservations of one campaign."""

    mailboxes: MailboxRepository
    limits: DailyLimits

    def reserve(
        self,
        day: date,
        settings: Settings,
        planned: Sequence[Planned],
        mailboxes: Sequence[Mailbox],
        usage: Mapping[str, MailboxUsage],
    ) -> bool:
        """Take the slots and units of all planned messages. Return False, with all units given
        back, if another round took some of them since `usage` was read."""
        taken: list[Action] = []
        for take, give_back in self._take_actions(day, settings, planned, mailboxes, usage):
            try:
                self.limits.table.write(take)
            except ConditionFailed:
                for each in taken:
                    self.limits.table.write(each)
                return False
            taken += [give_back] if give_back else []
        return True

    def give_back(self, units: Units) -> None:
        """Give back the units that were reserved for one step."""
        day = date.fromisoformat(units.day)
        if units.mailbox_id:
            self.limits.table.write(self.mailboxes.give_back_action(units.mailbox_id, day, 1))
        if units.campaign:
            self.limits.table.write(self.limits.give_back_action(day, 1))
        if units.company:
            self.limits.table.write(self.limits.give_back_action(day, 1, company=units.company))

    def _take_actions(
        self,
        day: date,
        settings: Settings,
        planned: Sequence[Planned],
        mailboxes: Sequence[Mailbox],
        usage: Mapping[str, MailboxUsage],
    ) -> Iterator[tuple[Action, Action | None]]:
        """Yield pairs of the update that takes units and the update that undoes it. Slots come
        last, because they are not given back."""
        units = [units_of(day, settings, one) for one in planned if one.counts]
        limits, known = self.limits, {mailbox.id: mailbox for mailbox in mailboxes}
        for mailbox_id, count in Counter(one.mailbox_id for one in units).items():
            if mailbox_id:
                cap = known[mailbox_id].cap_on(day)
                take = self.mailboxes.take_action(mailbox_id, day, cap, count)
                yield take, self.mailboxes.give_back_action(mailbox_id, day, count)
        if settings.daily_limit is not None and units:
            count = len(units)
            yield (
                limits.take_action(day, settings.daily_limit, count),
                limits.give_back_action(day, count),
            )
        for company, count in Counter(one.company for one in units).items():
            if company and settings.company_daily_limit is not None:
                take = limits.take_action(day, settings.company_daily_limit, count, company=company)
                yield take, limits.give_back_action(day, count, company=company)
        for mailbox_id, slot in _last_slots(planned).items():
            if gap := timedelta(seconds=known[mailbox_id].min_gap_seconds):
                seen = usage[mailbox_id].free_at
                yield (
                    self.mailboxes.reserve_action(mailbox_id, seen, clock.to_text(slot + gap)),
                    None,
                )


def units_of(day: date, settings: Settings, planned: Planned) -> Units:
    """Return the units to reserve for one planned step."""
    company = planned.enrollment.company_key if settings.company_daily_limit is not None else None
    return Units(
        day=day.isoformat(),
        mailbox_id=planned.mailbox_id or "",
        campaign=settings.daily_limit is not None,
        company=company or "",
    )


def _last_slots(planned: Sequence[Planned]) -> dict[str, datetime]:
    """Return the time of the last planned slot of each mailbox."""
    last: dict[str, datetime] = {}
    for one in planned:
        if one.counts and one.mailbox_id:
            last[one.mailbox_id] = max(one.send_at, last.get(one.mailbox_id, one.send_at))
    return last
