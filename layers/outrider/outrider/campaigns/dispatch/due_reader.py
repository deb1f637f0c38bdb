"""Reading what a round can carry out: what needs no mailbox, and of the emails of each lane only as
many as there is room for. Lanes that no mailbox or no window lets out are not read."""

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
    """What one round of `campaign` has read. `more`: further things could be carried out at once;
    `held`: something is due that has to wait for a mailbox or a limit."""

    enrollments: EnrollmentRepository
    campaign: Campaign
    now: datetime
    lanes: Mapping[str, datetime]
    """Where something is, and since when the first is due."""
    due: list[Enrollment] = field(default_factory=list)
    more: bool = False
    held: bool = False
    moments: list[datetime] = field(default_factory=list)
    """When there is something to do again."""
    _read_up: dict[str, datetime] = field(default_factory=dict)
    """The lanes of which everything that is due by then was read."""

    @classmethod
    def begin(
        cls, enrollments: EnrollmentRepository, campaign: Campaign, now: datetime
    ) -> "DueReading":
        return cls(enrollments, campaign, now, enrollments.places.lanes(campaign))

    @property
    def until(self) -> datetime:
        return round_end(self.now)

    @property
    def left(self) -> int:
        return MAX_STEPS - len(self.due)

    def plain(self) -> None:
        """Read what was queued and recorded by nobody as long as its lease lasted, and what needs
        no mailbox."""
        self._read_all(QUEUED_LANE, self.now)
        self._read_all(PLAIN, self.until)

    def whole(self, lanes: Sequence[str]) -> None:
        """Read these lanes as what needs no mailbox: of the emails that were to come none is."""
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
        """The lanes with emails that are due and that windows let out. None when the round has
        enough to do."""
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

    def emails(
        self, lanes: Sequence[str], capacities: Sequence[Capacity], taken: int, left: int | None
    ) -> None:
        """Read as many emails as find a slot; those to contacts that were written to before come
        first. `taken` slots are for what was read already; `left` is the campaign's limit."""
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

    def follow(self) -> None:
        """Find when there is something to do in the lanes that were read to their end."""
        self.moments += self.enrollments.places.next(self.campaign, self._read_up).values()

    def _read(self, lanes: Sequence[str], budget: int, senders: Sequence[Capacity]) -> int:
        """Read up to `budget` emails of these lanes, and return how many there were."""
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
        """Emails are left that find no slot: there are new ones in the next round, when a mailbox
        that fails tries again, or tomorrow when the caps are used up or no mailbox sends."""
        self.held = True
        moments = [next_day(self.now)]
        for one in senders:
            if one.again_at:
                moments.append(one.again_at)
            elif not one.blocked and one.left > 0:
                moments.append(max(self.until, one.free_at))
        self.moments.append(min(moments))
