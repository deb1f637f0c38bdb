"""Hourly counts, kept in the same item as the counts of the day, so that recent hours need no
further write.

The hourly counts (UTC) of `sent` are the attributes `h00_sent` to `h23_sent`.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from outrider.kit import clock
from outrider.kit.aws.attributes import Item

_HOUR = re.compile(r"h(\d\d)_(\w+)")


def attribute(day: date, name: str) -> str | None:
    """Return the attribute that counts the current hour of `day`, or None if `day` is not today
    (UTC)."""
    now = clock.now().astimezone(UTC)
    return of(now, name) if day == now.date() else None


def of(moment: datetime, name: str) -> str:
    """Return the attribute that counts the hour of `moment` (UTC)."""
    return f"h{moment.hour:02d}_{name}"


def is_hour(name: str) -> bool:
    """Return whether an attribute is an hourly count."""
    return bool(_HOUR.fullmatch(name))


def total(items: Iterable[tuple[date, Item]], name: str, since: datetime) -> int:
    """Return the sum of a count over all hours that began after `since`, including the current
    one."""
    found = 0
    for day, item in items:
        for attribute_name, count in item.items():
            hour = _HOUR.fullmatch(attribute_name)
            if hour and hour[2] == name:
                begun = datetime.combine(day, time.min, tzinfo=UTC) + timedelta(hours=int(hour[1]))
                found += int(count) if begun > since else 0
    return found
