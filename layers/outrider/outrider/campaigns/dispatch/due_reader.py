"""Reader of the due enrollments that one round can handle: those that need no mailbox, and from
each lane only as many emails as can be sent. Lanes without a free mailbox or an open window are not
read."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outrider.campaigns.dispatch.due_index import (
    DUE_AT_ONCE,
    FIRST,
    PLAIN,
    owner,
    timezone,
)
from outrider.campaigns.dispatch.planner import Capacity, next_day, round_end, slots
from outrider.campaigns.dispatch.windows import Calendar
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import QUEUED_LANE, Campaign, Enrollment
from outrider.kit import clock

MAX_STEPS = 500


@dataclass(slots=True)
class DueReading:
    """Progress of reading the due enrollments for one round of `campaign`.

    `more`: further steps could be carried out in another round at once. `held`: due emails have to
    wait for a mailbox or a daily limit.
    """

    enrollments: EnrollmentRepository
    campaign: Campaign
    now: datetime
    lanes: Mapping[str, datetime]
    """Non-empty lanes, with the earliest due time of each."""
    due: list[Enrollment] = field(default_factory=list)
    more: bool = False
    held: bool = False
    moments: list[datetime] = field(default_factory=list)
    """Times at which the next round may have something to do."""
    _read_up: dict[str, datetime] = field(default_factory=dict)
    """Lanes that were read completely, with the time up to which they were read."""

    @classmethod
    def begin(
        cls, enrollments: EnrollmentRepository, campaign: Campaign, now: datetime
    ) -> "DueReading":
        """Start a reading: list the non-empty lanes of the campaign."""
        return cls(enrollments, campaign, now, enrollments.places.lanes(campaign))

    @property
    def until(self) -> datetime:
        """End of the time that the round plans."""
        return round_end(self.now)

    @property
    def left(self) -> int:
        """Number of enrollments that the round can still read."""
        return MAX_STEPS - len(self.due)

    def read_without_mailbox(self) -> None:
        """Read the queued steps whose lease expired before a worker recorded a result, and the
        steps that need no mailbox."""
        self._read_all(QUEUED_LANE, self.now)
        self._read_all(PLAIN, self.until)

    def read_lanes(self, lanes: Sequence[str]) -> None:
        """Read all due enrollments of these email lanes without looking for slots, because none of
        their steps is an email any more since the steps changed."""
        for lane in lanes:
            if not self.more:
                self._read_all(lane, self.until)

    def _read_all(self, lane: str, until: datetime) -> None:
        if (first := self.lanes.get(lane)) is None:
            return
        if first > until:
            self.moments.append(first)
            return
        for enrollment in self.enrollments.due(self.campaign, until, [lane]):
            if enrollment.in_flight(self.now):
                self.moments.append(clock.from_text(enrollment.due_at or ""))
            elif self.left:
                self.due.append(enrollment)
            else:
                self.more = True
                return
        self._read_up[lane] = until

    def open_lanes(self) -> list[str]:
        """Return the email lanes with due steps and an open send window. Return none when the round
        is full."""
        found = []
        for lane, first in self.lanes.items():
            if lane in (PLAIN, QUEUED_LANE) or self.more:
                continue
            calendar = Calendar.of(self.campaign.settings, timezone(lane))
            opens = calendar.earliest(max(first, self.now))
            if opens <= self.until:
                found.append(lane)
            else:
                self.moments.append(opens)
        return found

    def read_emails(
        self, lanes: Sequence[str], capacities: Sequence[Capacity], taken: int, left: int | None
    ) -> None:
        """Read as many emails as have a slot, contacts that were emailed before first.

        `taken` is the number of slots needed by emails that are read already, `left` what is left
        of the campaign's daily limit (None: no limit).
        """
        by_id = {one.mailbox_id: one for one in capacities}
        slots_of = {one.mailbox_id: slots(self.now, self.until, one) for one in capacities}
        limit = self.left if left is None else min(self.left, left - taken)
        own: dict[str, list[str]] = {}
        for lane in lanes:
            own.setdefault(owner(lane) if owner(lane) in by_id else FIRST, []).append(lane)
        firsts = own.pop(FIRST, [])
        for mailbox_id, some in own.items():
            count = self._read(some, min(slots_of[mailbox_id], limit), [by_id[mailbox_id]])
            slots_of[mailbox_id] -= count
            limit -= count
        if firsts:
            shared = [one for one in capacities if one.shared]
            free = sum(slots_of[one.mailbox_id] for one in shared) - taken
            limit -= self._read(firsts, min(free, limit), shared)
        self.more |= self.held and not self.left
        if self.held and left is not None and limit <= 0:
            self.moments.append(next_day(self.now))

    def find_next_times(self) -> None:
        """Add to `moments` the next due time of each lane that was read completely."""
        self.moments += self.enrollments.places.next(self.campaign, self._read_up).values()

    def _read(self, lanes: Sequence[str], budget: int, senders: Sequence[Capacity]) -> int:
        """Read up to `budget` emails of these lanes and return how many were read."""
        before = len(self.due)
        if budget > 0:
            at_once = min(math.ceil(budget / self.campaign.due_shards), DUE_AT_ONCE)
            for enrollment in self.enrollments.due(self.campaign, self.until, lanes, at_once):
                self.due.append(enrollment)
                if len(self.due) - before == budget:
                    break
            else:
                self._read_up |= dict.fromkeys(lanes, self.until)
                return len(self.due) - before
        self._hold(senders)
        return len(self.due) - before

    def _hold(self, senders: Sequence[Capacity]) -> None:
        """Note that emails are left without a slot, and when to try again: in the next round, when
        a failing mailbox is probed, or tomorrow if all daily caps are used up or no mailbox can
        send."""
        self.held = True
        moments = [next_day(self.now)]
        for one in senders:
            if one.again_at:
                moments.append(one.again_at)
            elif not one.blocked and one.left > 0:
                moments.append(max(self.until, one.free_at))
        self.moments.append(min(moments))
