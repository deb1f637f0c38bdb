"""Counter of API requests per workspace and day, fed by the stream of the meter's records.

The meter numbers the requests of each key in its record; every change of the record reaches the
stream with the number, the time and the route family. If stream records are lost (after a day of
failures), the gap in the numbers is counted with the next record, so the total is always exact.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.credits.usage.repository import CountedCalls, UsageRepository
from outrider.kit import clock, parallel
from outrider.kit.aws.attributes import decode
from outrider.kit.errors import Stale


@dataclass(frozen=True, slots=True)
class Call:
    """Request number `number` of a key."""

    number: int
    family: str
    day: date


@dataclass(frozen=True, slots=True)
class CallCounter:
    """Counter of requests by day; `usage_of` returns the usage repository of a workspace."""

    counted: CountedCalls
    usage_of: Callable[[WorkspaceId], UsageRepository]

    def count(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Count the requests in a batch of stream `records` and return how many were new.

        Each key's counts are written in one transaction with the number that the key is counted to,
        so a batch that is delivered again, in whole or in part, counts nothing twice.
        """
        calls = _by_key(records)
        counted_to = self.counted.of([key_id for _, key_id in calls])
        keys: defaultdict[WorkspaceId, list[str]] = defaultdict(list)
        for workspace, key_id in calls:
            keys[workspace].append(key_id)

        def count_all(workspace: WorkspaceId) -> int:
            """Count one key after another: they update the same item of a day."""
            usage = self.usage_of(workspace)
            return sum(
                self._count(usage, key_id, calls[workspace, key_id], counted_to[key_id])
                for key_id in keys[workspace]
            )

        return sum(parallel.each(count_all, list(keys)))

    def _count(
        self, usage: UsageRepository, key_id: str, calls: Sequence[Call], counted_to: int
    ) -> int:
        to = max(call.number for call in calls)
        while counted_to < to:
            days = _by_day(calls, counted_to)
            counts = [usage.add_action(day, counted) for day, counted in days.items()]
            try:
                self.counted.advance(key_id, counted_to, to, counts)
            except Stale as stale:
                counted_to = stale.current
            else:
                return to - counted_to
        return 0


def _by_key(
    records: Iterable[Mapping[str, Any]],
) -> dict[tuple[WorkspaceId, str], list[Call]]:
    """Return the requests of each key in the order of the stream, which is that of their
    numbers."""
    found: defaultdict[tuple[WorkspaceId, str], list[Call]] = defaultdict(list)
    for record in records:
        image = record["dynamodb"]["NewImage"]
        names = ("workspace", "key_id", "calls", "last_family", "last_used_ms")
        workspace, key_id, number, family, used_ms = (decode(image[name]) for name in names)
        call = Call(number, family, clock.from_epoch_ms(used_ms).date())
        found[WorkspaceId(workspace), key_id].append(call)
    return dict(found)


def _by_day(calls: Sequence[Call], counted_to: int) -> dict[date, Counter[str]]:
    """Return the number of requests after `counted_to` by day and route family."""
    days: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for call in calls:
        if call.number > counted_to:
            days[call.day][f"calls_{call.family}"] += call.number - counted_to
            counted_to = call.number
    return dict(days)
