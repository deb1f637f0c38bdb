"""Where enrollments that have something to come stand in the index `by_due`: under
`<workspace>#cam_…#<shard>` / `<lane><due at>`. The index has keys alone.

Most stand in the lane without a name, which every round looks through. Those whose mail has to wait
until a mailbox can send it stand in one of two others, of which a round reads only as many as it
can place: `mail#` where they were written to before, `first#` where not.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from outrider.campaigns.models import Campaign
from outrider.kit import clock
from outrider.kit.attributes import Item
from outrider.kit.dynamo import Query, Table

Lane = Literal["", "mail#", "first#"]
PLAIN: Lane = ""
MAIL: Lane = "mail#"
FIRST: Lane = "first#"
LANES: tuple[Lane, ...] = (PLAIN, MAIL, FIRST)

DUE_AT_ONCE = 100
_FOREVER = "9999"


@dataclass(frozen=True, slots=True)
class DuePlaces:
    """The places of one campaign: `pk` is `<workspace>#cam_…`."""

    table: Table
    pk: str

    def until(
        self, campaign: Campaign, until: datetime, lanes: Sequence[Lane], at_once: int
    ) -> Iterator[Item]:
        """Those due by `until`, the longest first: `sk` is the contact."""
        pages = (
            self.table.every(self._lane(shard, lane, clock.to_text(until), limit=at_once))
            for lane in lanes
            for shard in range(campaign.due_shards)
        )
        return heapq.merge(*pages, key=lambda place: (due_at(place), str(place["sk"])))

    def next(self, campaign: Campaign, lanes: Sequence[Lane]) -> datetime | None:
        """The moment of the first, whenever that is."""
        moments = []
        for lane in lanes:
            for shard in range(campaign.due_shards):
                page = self.table.query(self._lane(shard, lane, _FOREVER, limit=1))
                moments += [clock.from_text(due_at(place)) for place in page.items]
        return min(moments, default=None)

    def _lane(self, shard: int, lane: Lane, until: str, *, limit: int) -> Query:
        return Query(
            f"{self.pk}#{shard}",
            "#by_due_sk BETWEEN :first AND :last",
            {"first": f"{lane}0", "last": f"{lane}{until}"},
            index="by_due",
            limit=limit,
        )


def due_at(place: Item) -> str:
    """The due time of what stands at a place, in whatever lane."""
    return str(place["by_due_sk"]).rpartition("#")[2]
