"""What happened in a campaign, counted by step, variant and day in the transaction of the change.

The counts of one step, variant and day are items `<workspace>#cam_…` /
`stat#<day>#<step>#<variant>#<shard>`; how the audience stands is counted by `kit.counters` beside.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from outrider.kit.attributes import Item
from outrider.kit.dynamo import Action, Query, Table

SHARDS = 8
"""Many workers count the same step at once, and transactions that meet on one item are repeated."""


@dataclass(frozen=True, slots=True)
class StepDay:
    """The counts of one step and variant on one day (UTC), by name: `sent`, `delivered`, `opened`
    and `clicked` (by persons), `opened_by_machine`, `replied_<class>`, `bounced`, `soft_bounced`,
    `complained`, `unsubscribed`, `failed`, `skipped_<reason>`. Each message counts once in each."""

    day: str
    step_id: str
    variant_id: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of one campaign; `pk` is `<workspace>#cam_…`."""

    table: Table
    pk: str

    def add(self, day: date, step_id: str, variant_id: str, *names: str) -> Action:
        """The write that counts one of each of `names`, for a transaction."""
        additions = ", ".join(f"#{name} :one" for name in names)
        shard = secrets.randbelow(SHARDS)
        sk = f"stat#{day.isoformat()}#{step_id}#{variant_id}#{shard}"
        return self.table.update(self.pk, sk, f"ADD {additions}", one=1)

    def list(self, since: date | None = None, until: date | None = None) -> Iterator[StepDay]:
        """All counts of these days, a shard at a time: the same day, step and variant may come
        several times, to be summed up."""
        after: Item | None = None
        first = f"stat#{since.isoformat()}" if since else "stat#"
        last = f"stat#{until.isoformat()}#~" if until else "stat#~"
        while True:
            page = self.table.query(
                Query(
                    self.pk,
                    "#sk BETWEEN :first AND :last",
                    {"first": first, "last": last},
                    after=after,
                )
            )
            for item in page.items:
                _, day, step_id, variant_id, _ = item.pop("sk").split("#")
                item.pop("pk")
                counts = {name: int(count) for name, count in item.items()}
                yield StepDay(day, step_id, variant_id, counts)
            after = page.last_key
            if after is None:
                return
