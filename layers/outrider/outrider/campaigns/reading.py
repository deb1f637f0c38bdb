"""Reading what is due in a round: of the mails that wait for a mailbox only as many as can be
placed, and all of the rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outrider.campaigns.due_places import FIRST, MAIL, PLAIN, Lane
from outrider.campaigns.enrollments import EnrollmentRepository
from outrider.campaigns.models import ROUND, Campaign, Enrollment
from outrider.campaigns.windows import earliest

MAX_STEPS = 500
_MOST_AT_ONCE = 100
_MAX_CLOSED = 100
"""How many mails whose windows are closed a round looks past."""


@dataclass(slots=True)
class Reading:
    """What one round of `campaign` has read. `full`: lanes in which more is due than was to be
    read; `more`: some of that could be carried out now."""

    enrollments: EnrollmentRepository
    campaign: Campaign
    now: datetime
    due: list[Enrollment] = field(default_factory=list)
    full: set[Lane] = field(default_factory=set)
    more: bool = False
    coming: datetime | None = None
    """When the next mail that waits for a mailbox is due."""

    @property
    def left(self) -> int:
        return MAX_STEPS - len(self.due)

    def plain(self) -> None:
        for enrollment in self.enrollments.due(self.campaign, self.now + ROUND, (PLAIN,)):
            if enrollment.in_flight(self.now):
                continue
            if not self.left:
                self.more = True
                return
            self.due.append(enrollment)

    def lanes_due(self) -> list[Lane]:
        """The lanes of mails that wait in which something is due: those that were written to before
        come first. None when the round has enough to do."""
        if self.more:
            return []
        moments = {lane: self._next_due(lane) for lane in (MAIL, FIRST)}
        self.coming = min(filter(None, moments.values()), default=None)
        return [lane for lane, at in moments.items() if at and at <= self.now + ROUND]

    def mails(self, lanes: Sequence[Lane], room: int) -> None:
        """Read until `room` mails are found that can go out."""
        for lane in lanes:
            room -= self._read(lane, min(room, self.left))
            self.more |= lane in self.full and room > 0

    def firsts(self) -> None:
        """Read those that nobody wrote to where they begin with something else than a mail."""
        self._read(FIRST, self.left)
        self.more |= FIRST in self.full

    def _next_due(self, lane: Lane) -> datetime | None:
        return self.enrollments.next_due(self.campaign, (lane,))

    def _read(self, lane: Lane, budget: int) -> int:
        """Read until `budget` are found that can go out, and give how many were."""
        open_, closed, until = 0, 0, self.now + ROUND
        if budget <= 0:
            self.full.add(lane)
            return 0
        at_once = min(math.ceil(budget / self.campaign.due_shards), _MOST_AT_ONCE)
        for enrollment in self.enrollments.due(self.campaign, until, (lane,), at_once):
            self.due.append(enrollment)
            if earliest(self.now, self.campaign.settings, enrollment.timezone) <= until:
                open_ += 1
            else:
                closed += 1
            if open_ == budget or closed == _MAX_CLOSED:
                break
        else:
            return open_
        self.full.add(lane)
        return open_
