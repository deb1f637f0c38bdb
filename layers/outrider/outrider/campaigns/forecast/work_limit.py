"""Work limit of forecasts, and cached calendars and queues that count their work.

Work is counted in units, not timed, so that the same forecast ends at the same point on every
machine. A unit is about 0.1 microseconds.
"""

import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from outrider.campaigns.dispatch.windows import Calendar
from outrider.kit import clock
from outrider.sequences.models import Step

EVENT = 100
"""Units for an event."""
_LOOK = 4
"""Units for checking whether the send windows of a time zone are open."""
_ASK = 100
"""Units for a calendar lookup of a minute that is not cached."""
_DAY_PASSED = 20
"""Units for each day that a calendar lookup skips."""
_WINDOW = 150
"""Units for each window of a day that is not cached."""
_MINUTE, _DAY = 60_000, 86_400_000


@dataclass(slots=True)
class WorkDone:
    """Units of work done so far."""

    done: int = 0


class Times:
    """Calendar for epoch milliseconds. Windows and time zones change at whole minutes, so its cache
    is by the minute."""

    def __init__(self, calendar: Calendar, work: WorkDone) -> None:
        self._calendar = calendar
        self._work = work
        self._always = not (calendar.windows or calendar.holidays)
        self._cost_of_day = _WINDOW * max(1, len(calendar.windows))
        self._opens: dict[int, int] = {}
        self._due: dict[tuple[int, int], int] = {}

    def earliest(self, at: int) -> int:
        """Return the first time from `at` on at which a send window is open."""
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
        """Return when the step at `place` is due if the previous step was done at `previous`."""
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
    """Queue of due emails by time zone. Emails in a zone whose windows are closed are not visited
    until they open. `times` has all these time zones."""

    times: Mapping[str | None, Times]
    work: WorkDone
    _by_zone: dict[str | None, deque[tuple[int, int]]] = field(default_factory=dict)
    _open: list[tuple[int, int, str | None]] = field(default_factory=list)
    """Earliest due email of each zone whose windows were open when last checked."""
    _closed: list[tuple[int, int, int, str | None]] = field(default_factory=list)
    """Earliest due email of each other zone, with the time at which its windows open."""

    def add(self, who: int, zone: str | None, due: int) -> None:
        if zone in self._by_zone:
            self._by_zone[zone].append((due, who))
        else:
            self._by_zone[zone] = deque([(due, who)])
            heapq.heappush(self._open, (due, who, zone))

    def pop(self, at: int) -> int | None:
        """Remove and return the earliest due email whose windows are open at `at`, or None. `at`
        must not be earlier than in a previous call."""
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
        """Return when the next email can be sent, or None if the queue is empty."""
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
