"""When a period of credits begins and ends: midnight UTC of the billing day, in every month.

A month without that day has it on its last: with the 31st, 31 January, 28 February, 31 March.
"""

import calendar
from datetime import UTC, datetime

_MONTHS = 12


def last_reset(day: int, moment: datetime) -> datetime:
    """The latest beginning of a billing day that is not after `moment`."""
    at = _in_month(day, _month(moment))
    return at if at <= moment else _in_month(day, _month(moment) - 1)


def next_reset(day: int, moment: datetime) -> datetime:
    """The first beginning of a billing day after `moment`."""
    at = _in_month(day, _month(moment))
    return at if at > moment else _in_month(day, _month(moment) + 1)


def _month(moment: datetime) -> int:
    """Months since the year 0."""
    return moment.year * _MONTHS + moment.month - 1


def _in_month(day: int, month: int) -> datetime:
    year, before = divmod(month, _MONTHS)
    last = calendar.monthrange(year, before + 1)[1]
    return datetime(year, before + 1, min(day, last), tzinfo=UTC)
