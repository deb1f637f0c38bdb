"""Counters of a campaign by step, variant and day. The relay counts most outcomes of
messages from their events (`events.feed`); all else is counted in the transaction of the change.

They are the items `<workspace>#cam_…` / `stat#<day>#<step>#<variant>#<shard>`. The audience is
counted separately, by `kit.counters`.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from outrider.campaigns.statistics.models import StepDay
from outrider.kit import hourly_counts
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, Query, Table

SHARDS = 8
"""Number of shards: many workers count the same step at the same time, and transactions that
conflict on an item are retried."""
_BY_HOUR = ("sent", "bounced", "complained")
"""Names that are also counted by the hour."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counters of one campaign; `pk` is `<workspace>#cam_…`."""

    table: Table
    pk: str

    def add_action(self, day: date, step_id: str, variant_id: str, *names: str) -> Action:
        """Return the update that adds one to each of `names`."""
        by_hour = [hourly_counts.attribute(day, name) for name in names if name in _BY_HOUR]
        counts = dict.fromkeys([name for name in (*names, *by_hour) if name], 1)
        return self.add_many_action(day.isoformat(), step_id, variant_id, counts)

    def add_many_action(
        self, day: str, step_id: str, variant_id: str, counts: Mapping[str, int]
    ) -> Action:
        """Return the update that adds `counts`, whose keys are counter names as `names_at` returns
        them."""
        sk = f"stat#{day}#{step_id}#{variant_id}#{secrets.randbelow(SHARDS)}"
        return self.table.update_action(self.pk, sk, changes(add=counts))

    @staticmethod
    def names_at(moment: datetime, name: str) -> list[str]:
        """Return the counter names for something that happened at `moment` (UTC)."""
        return [name, hourly_counts.of(moment, name)] if name in _BY_HOUR else [name]

    def move_action(
        self, day: date, step_id: str, variant_id: str, before: str, after: str
    ) -> Action:
        """Return the update that moves one count from `before` to `after` on that day."""
        counts = {before: -1, after: 1}
        return self.add_many_action(day.isoformat(), step_id, variant_id, counts)

    def since(self, moment: datetime) -> dict[str, int]:
        """Return how many messages were sent, bounced or complained about in the hours that began
        after `moment`."""
        items = [
            (date.fromisoformat(item["sk"].split("#")[1]), item)
            for item in self._items(moment.date(), None)
        ]
        return {name: hourly_counts.total(items, name, moment) for name in _BY_HOUR}

    def list(self, since: date | None = None, until: date | None = None) -> Iterator[StepDay]:
        """Yield the counters of these days, one shard at a time: the same day, step and variant may
        occur several times and have to be summed."""
        for item in self._items(since, until):
            _, day, step_id, variant_id, _ = item.pop("sk").split("#")
            item.pop("pk")
            counts = {
                name: int(count) for name, count in item.items() if not hourly_counts.is_hour(name)
            }
            yield StepDay(day, step_id, variant_id, counts)

    def _items(self, since: date | None, until: date | None) -> Iterator[Item]:
        first = f"stat#{since.isoformat()}" if since else "stat#"
        last = f"stat#{until.isoformat()}#~" if until else "stat#~"
        return self.table.every(
            Query(self.pk, "#sk BETWEEN :first AND :last", {"first": first, "last": last})
        )
