"""Counts of a day that are also kept by the hour, in the same item: what happened in the last hours
is then known without another write.

The hours (UTC) of the count `sent` are the attributes `h00_sent` to `h23_sent`.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from outrider.kit import clock
from outrider.kit.aws.attributes import Item

_HOUR = re.compile(r"h(\d\d)_(\w+)")


def attribute(day: date, name: str) -> str | None:
    """Where the current hour of `day` is counted; None when the day is not the current one."""
    now = clock.now().astimezone(UTC)
    return of(now, name) if day == now.date() else None


def of(moment: datetime, name: str) -> str:
    """Where the hour of `moment` (UTC) is counted."""
    return f"h{moment.hour:02d}_{name}"


def is_hour(name: str) -> bool:
    return bool(_HOUR.fullmatch(name))


def total(items: Iterable[tuple[date, Item]], name: str, since: datetime) -> int:
    """What was counted in the hours that began after `since`: in the current one, and all whole
    ones between."""
    found = 0
    for day, item in items:
        for attribute_name, count in item.items():
            hour = _HOUR.fullmatch(attribute_name)
            if hour and hour[2] == name:
                begun = datetime.combine(day, time.min, tzinfo=UTC) + timedelta(hours=int(hour[1]))
                found += int(count) if begun > since else 0
    return found
