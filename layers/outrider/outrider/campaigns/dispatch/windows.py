"""Send windows of a campaign, and due times of steps after the previous step.

Windows, holidays and waits in days follow the local calendar of the contact's time zone if it is
known and used, else of the campaign's. A local time is reached at the first moment at which the
local clock shows it or has passed it. So at a change of daylight saving time, a time that occurs
twice counts the first time, and a time that is skipped is reached at the change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from outrider.sequences.models import SendWindow, Settings, Step

HORIZON = timedelta(days=400)
"""Maximum time to search ahead for an opening. Without holidays every window opens within a
week."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORKED = frozenset(_DAYS[:5])
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def earliest(at: datetime, settings: Settings, timezone: str | None) -> datetime:
    """Return the first time from `at` on at which a window is open; `timezone` is the contact's.

    If none opens within HORIZON, return the end of HORIZON, when the caller tries again.
    """
    return Calendar.of(settings, timezone).earliest(at)


def is_open(at: datetime, settings: Settings, timezone: str | None) -> bool:
    """Return whether a window is open at `at`; `timezone` is the contact's."""
    return earliest(at, settings, timezone) == at.astimezone(UTC)


def due_after(previous: datetime, step: Step, settings: Settings, timezone: str | None) -> datetime:
    """Return when `step` is due if the previous step was done, or the contact enrolled, at
    `previous`."""
    return Calendar.of(settings, timezone).due_after(previous, step)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days and send windows of a campaign in one time zone. It caches the days that were
    looked up, so reuse it."""

    zone: ZoneInfo
    windows: tuple[tuple[frozenset[str], time, time | None], ...]
    """Days, start and end of each window; the end None is midnight."""
    holidays: frozenset[date]
    worked: frozenset[str]
    _openings: dict[date, tuple[tuple[datetime, datetime], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, timezone: str | None) -> "Calendar":
        """Return the calendar for a contact's time zone, or for the campaign's if that is not
        used."""
        own = zone_of(timezone) if settings.use_contact_timezone and timezone else None
        return cls(
            zone=own or zone_of(settings.timezone) or ZoneInfo("UTC"),
            windows=tuple(_parsed(window) for window in settings.windows),
            holidays=frozenset(date.fromisoformat(day) for day in settings.holidays),
            worked=_WORKED.union(*(window.days for window in settings.windows)),
        )

    @property
    def days_known(self) -> int:
        """Number of days in the cache."""
        return len(self._openings)

    def earliest(self, at: datetime) -> datetime:
        """Return the first open time from `at` on, or the end of HORIZON if there is none."""
        found = self.opening(at)
        return at.astimezone(UTC) + HORIZON if found is None else found

    def opening(self, at: datetime) -> datetime | None:
        """Return the first open time from `at` on, or None if there is none within HORIZON."""
        at = at.astimezone(UTC)
        if not self.windows and not self.holidays:
            return at
        first = at.astimezone(self.zone).date()
        for number in range(HORIZON.days + 1):
            for start, end in self._open_on(first + number * _DAY):
                if at < end:
                    return max(at, start)
        return None

    def due_after(self, previous: datetime, step: Step) -> datetime:
        """Return when `step` is due: after its wait, at the next opening of a window."""
        return self.earliest(self.waited(previous, step))

    def is_worked(self, day: date) -> bool:
        return _DAYS[day.weekday()] in self.worked and day not in self.holidays

    def reach(self, day: date, at: time) -> datetime:
        """Return the first time (UTC) at which the local clock shows `at` on `day`, or has passed
        it."""
        shown = datetime.combine(day, at.replace(fold=0), tzinfo=self.zone)
        reached = shown.astimezone(UTC)
        if reached.astimezone(self.zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
            return reached
        before, after = shown.replace(fold=1).astimezone(UTC), reached
        return self._change(before, after)

    def _change(self, before: datetime, after: datetime) -> datetime:
        """Return the second between these two times at which the clocks go forward."""
        offset = before.astimezone(self.zone).utcoffset()
        seconds, beyond = 0, (after - before) // _SECOND + 1
        while beyond - seconds > 1:
            middle = (seconds + beyond) // 2
            at = before.replace(microsecond=0) + middle * _SECOND
            if at.astimezone(self.zone).utcoffset() == offset:
                seconds = middle
            else:
                beyond = middle
        return before.replace(microsecond=0) + beyond * _SECOND

    def _open_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the open intervals (UTC) of a day in chronological order."""
        if day not in self._openings:
            self._openings[day] = tuple(sorted(self._intervals(day)))
        return self._openings[day]

    def _intervals(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.holidays:
            return
        for days, start, end in self.windows or ((frozenset(_DAYS), time.min, None),):
            if _DAYS[day.weekday()] in days:
                opens = self.reach(day, start)
                closes = self.reach(day, end) if end else self.reach(day + _DAY, time.min)
                if opens < closes:
                    yield opens, closes

    def waited(self, previous: datetime, step: Step) -> datetime:
        """Return when the wait of `step` is over, regardless of send windows."""
        previous = previous.astimezone(UTC)
        if not step.wait_value:
            return previous
        working = step.wait_basis == "working"
        if step.wait_unit != "days":
            return self._worked_time(previous, step.wait) if working else previous + step.wait
        local = previous.astimezone(self.zone)
        day = (
            self._worked_day(local.date(), step.wait_value)
            if working
            else local.date() + step.wait_value * _DAY
        )
        return self.reach(day, local.time())

    def _worked_day(self, day: date, number: int) -> date:
        """Return the `number`th working day after `day`. Whole weeks are skipped at once."""
        weeks, rest = divmod(number - 1, len(self.worked))
        reached = day + 7 * weeks * _DAY
        rest += 1 + sum(
            day < holiday <= reached and _DAYS[holiday.weekday()] in self.worked
            for holiday in self.holidays
        )
        while rest:
            reached += _DAY
            rest -= self.is_worked(reached)
        return reached

    def _worked_time(self, at: datetime, left: timedelta) -> datetime:
        """Return `at` plus the duration `left`, counting working days only."""
        while True:
            day = at.astimezone(self.zone).date()
            midnight = self.reach(day + _DAY, time.min)
            if self.is_worked(day):
                if at + left < midnight:
                    return at + left
                left -= midnight - at
            at = midnight


@lru_cache(maxsize=1_000)
def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone with this IANA name, or None if there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # OSError: the name is a directory, as `America`
        return None


def _parsed(window: SendWindow) -> tuple[frozenset[str], time, time | None]:
    end = None if window.end == "24:00" else time.fromisoformat(window.end)
    return frozenset(window.days), time.fromisoformat(window.start), end
