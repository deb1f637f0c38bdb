"""What a forecast asks over and over, and how much work that is.

Work is counted, not timed, so that the same forecast ends at the same place everywhere. A unit is
about a tenth of a microsecond.
"""

import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from outrider.campaigns.dispatch.windows import Calendar
from outrider.kit import clock
from outrider.sequences.models import Step

EVENT = 100
"""Units of an event."""
_LOOK = 4
"""Units of looking whether a time zone's windows are open."""
_ASK = 100
"""Units of asking a calendar about a minute it was not asked about; its answer is kept."""
_DAY_PASSED = 20
"""Units of a day that a calendar passes on its way."""
_WINDOW = 150
"""Units of a window of a day; its hours are kept."""
_MINUTE, _DAY = 60_000, 86_400_000


@dataclass(slots=True)
class WorkDone:
    """Units done so far."""

    done: int = 0


class Times:
    """A calendar that is asked for milliseconds. Windows and time zones change at whole minutes, so
    it remembers what it was asked by the minute."""

    def __init__(self, calendar: Calendar, work: WorkDone) -> None:
        self._calendar = calendar
        self._work = work
        self._always = not (calendar.windows or calendar.holidays)
        self._cost_of_day = _WINDOW * max(1, len(calendar.windows))
        self._opens: dict[int, int] = {}
        self._due: dict[tuple[int, int], int] = {}

    def earliest(self, at: int) -> int:
        """The first moment from `at` on at which the windows are open."""
        if self._always:
            return at
        minute = at - at % _MINUTE
        opens = self._opens.get(minute)
        if opens is None:
            known = self._calendar.days_known
            opens = self._opens[minute] = clock.to_epoch_ms(
                self._calendar.earliest(clock.from_epoch_ms(minute))
            )
            passed = (opens - minute) // _DAY
            self._work.done += _ASK + _DAY_PASSED * passed
            if self._calendar.days_known > known:
                self._work.done += self._cost_of_day
        return at if opens == minute else opens

    def due_after(self, previous: int, place: int, step: Step) -> int:
        """When the step at `place` is due if the one before was done at `previous`."""
        minute = previous - previous % _MINUTE
        waited = self._due.get((place, minute))
        if waited is None:
            waited = clock.to_epoch_ms(self._calendar.waited(clock.from_epoch_ms(minute), step))
            self._due[place, minute] = waited
            passed = (waited - minute) // _DAY if step.wait_basis == "working" else 0
            self._work.done += _ASK + 3 * _DAY_PASSED * passed
        return self.earliest(waited + previous - minute)


@dataclass(slots=True)
class PendingEmails:
    """Emails that are due, by the time zones of their contacts: where the windows of one are
    closed, none in it is looked at until they open. `times` has all these time zones."""

    times: Mapping[str | None, Times]
    work: WorkDone
    _by_zone: dict[str | None, deque[tuple[int, int]]] = field(default_factory=dict)
    _open: list[tuple[int, int, str | None]] = field(default_factory=list)
    """The longest due of each zone that is open, or was when it was looked at."""
    _closed: list[tuple[int, int, int, str | None]] = field(default_factory=list)
    """The same of those that are closed, with when they open."""

    def add(self, who: int, zone: str | None, due: int) -> None:
        if zone in self._by_zone:
            self._by_zone[zone].append((due, who))
        else:
            self._by_zone[zone] = deque([(due, who)])
            heapq.heappush(self._open, (due, who, zone))

    def pop(self, at: int) -> int | None:
        """The longest due whose windows are open at `at`, which is never before that of an earlier
        call."""
        while self._closed and self._closed[0][0] <= at:
            _, due, who, zone = heapq.heappop(self._closed)
            heapq.heappush(self._open, (due, who, zone))
        while self._open:
            self.work.done += _LOOK
            due, who, zone = heapq.heappop(self._open)
            opens = self.times[zone].earliest(at)
            if opens == at:
                self._drop_first(zone)
                return who
            heapq.heappush(self._closed, (opens, due, who, zone))
        return None

    def _drop_first(self, zone: str | None) -> None:
        queue = self._by_zone[zone]
        queue.popleft()
        if queue:
            heapq.heappush(self._open, (*queue[0], zone))
        else:
            del self._by_zone[zone]

    def opens(self, at: int) -> int | None:
        """When the first of those that wait can be written to; None when nobody waits."""
        found: int | None = None
        for *_, zone in self._open:
            self.work.done += _LOOK
            opens = self.times[zone].earliest(at)
            if opens == at:
                return at
            found = opens if found is None else min(found, opens)
        self.work.done += _LOOK * len(self._closed)
        for opened, *_, zone in self._closed:
            opens = opened if opened >= at else self.times[zone].earliest(at)
            found = opens if found is None else min(found, opens)
        return found

    def all(self) -> Iterator[int]:
        return (who for queue in self._by_zone.values() for _, who in queue)
