"""Billing periods of credits: each begins at midnight UTC on the workspace's billing day.

In a month without that day the period begins on its last day: billing day 31 means 31 January, 28
February, 31 March.
"""

import calendar
from datetime import UTC, datetime

_MONTHS = 12


def last_reset(day: int, moment: datetime) -> datetime:
    """Return the start of the billing period that contains `moment`; `day` is the billing day."""
    at = _in_month(day, _month(moment))
    return at if at <= moment else _in_month(day, _month(moment) - 1)


def next_reset(day: int, moment: datetime) -> datetime:
    """Return the start of the first billing period after `moment`; `day` is the billing day."""
    at = _in_month(day, _month(moment))
    return at if at > moment else _in_month(day, _month(moment) + 1)


def _month(moment: datetime) -> int:
    """Return the number of months since year 0."""
    return moment.year * _MONTHS + moment.month - 1


def _in_month(day: int, month: int) -> datetime:
    year, before = divmod(month, _MONTHS)
    last = calendar.monthrange(year, before + 1)[1]
    return datetime(year, before + 1, min(day, last), tzinfo=UTC)
