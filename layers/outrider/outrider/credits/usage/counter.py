"""From the stream of the meter's records to the days of each workspace.

The meter numbers the calls of a key in its record, and each change of the record passes through the
stream: which number it got, when, and for which family of routes. What lies between the numbers of
two records that come through (the stream lost some, after a day of failures) is counted with the
later one, so the sum is always the number of calls.
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
    """Call number `number` of a key."""

    number: int
    family: str
    day: date


@dataclass(frozen=True, slots=True)
class CallCounter:
    """`usage_of` gives the days of a workspace; a batch of the stream may hold several."""

    counted: CountedCalls
    usage_of: Callable[[WorkspaceId], UsageRepository]

    def count(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Count the calls that the stream's `records` tell of, and that were not counted yet.

        One transaction for each key, which also says how far it is counted: a batch that comes
        again, whole or in part, counts nothing twice.
        """
        calls = _by_key(records)
        counted_to = self.counted.of([key_id for _, key_id in calls])
        keys: defaultdict[WorkspaceId, list[str]] = defaultdict(list)
        for workspace, key_id in calls:
            keys[workspace].append(key_id)

        def count_all(workspace: WorkspaceId) -> int:
            """One key after another: they share the item of a day."""
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
            except Stale as since:
                counted_to = since.current
            else:
                return to - counted_to
        return 0


def _by_key(
    records: Iterable[Mapping[str, Any]],
) -> dict[tuple[WorkspaceId, str], list[Call]]:
    """The calls of each key, in the order of their numbers, as the stream gives them."""
    found: defaultdict[tuple[WorkspaceId, str], list[Call]] = defaultdict(list)
    for record in records:
        image = record["dynamodb"]["NewImage"]
        names = ("workspace", "key_id", "calls", "last_family", "last_used_ms")
        workspace, key_id, number, family, used_ms = (decode(image[name]) for name in names)
        call = Call(number, family, clock.from_epoch_ms(used_ms).date())
        found[WorkspaceId(workspace), key_id].append(call)
    return dict(found)


def _by_day(calls: Sequence[Call], counted_to: int) -> dict[date, Counter[str]]:
    """How many calls of each family there were on each day, of those behind `counted_to`."""
    days: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for call in calls:
        if call.number > counted_to:
            days[call.day][f"calls_{call.family}"] += call.number - counted_to
            counted_to = call.number
    return dict(days)
