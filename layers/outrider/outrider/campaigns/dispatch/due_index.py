"""The index `by_due` of enrollments that have something to come, with keys alone: under
`<workspace>#cam_…#<shard>` / `<lane><due at>`.

A lane holds what can only go out together: `<mailbox or first>#<time zone>#` the emails of one
mailbox, or of contacts that nobody wrote to yet, whose windows open at the same time. So a round
need not read what no mailbox can send, nor what no window lets out. What lies in the queue, until
its lease is over, is in the lane `queued#`; what needs no mailbox in the one without a name.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outrider.campaigns.models import Campaign, Enrollment
from outrider.kit import clock, parallel
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table
from outrider.sequences.models import Step

PLAIN = ""
FIRST = "first"
DUE_AT_ONCE = 100
_BEGINNING, _BEHIND_PLAIN, _BEHIND_ALL = "0", ":", "~"
_FOREVER = "9999"


def lane_of(enrollment: Enrollment, step: Step | None, mailbox_id: str | None = None) -> str:
    """The lane of the enrollment when `step` comes next. `mailbox_id` sent the email before it,
    where the enrollment does not say so yet. A step that is not known counts as an email."""
    if step is not None and step.channel != "email":
        return PLAIN
    return f"{enrollment.mailbox_id or mailbox_id or FIRST}#{enrollment.timezone or ''}#"


def owner(lane: str) -> str:
    """The mailbox of a lane, or FIRST."""
    return lane.partition("#")[0]


def timezone(lane: str) -> str | None:
    return lane.split("#")[1] or None


@dataclass(frozen=True, slots=True)
class DuePlaces:
    """The places of one campaign: `pk` is `<workspace>#cam_…`."""

    table: Table
    pk: str

    def lanes(self, campaign: Campaign) -> dict[str, datetime]:
        """The lanes in which something is, with the due time of the first: a skip scan, one query
        for each lane and shard."""
        found: dict[str, datetime] = {}
        for shard in parallel.each(self._lanes_of, range(campaign.due_shards)):
            for lane, at in shard.items():
                found[lane] = min(at, found.get(lane, at))
        return found

    def until(
        self, campaign: Campaign, until: datetime, lanes: Sequence[str], at_once: int
    ) -> Iterator[Item]:
        """Those due by `until`, the longest first: `sk` is the contact."""
        pages = (
            self.table.every(self._query(shard, lane, _BEGINNING, clock.to_text(until), at_once))
            for lane in lanes
            for shard in range(campaign.due_shards)
        )
        return heapq.merge(*pages, key=lambda place: (due_at(place), str(place["sk"])))

    def next(self, campaign: Campaign, lanes: Mapping[str, datetime]) -> dict[str, datetime]:
        """The due time of the first in each lane that is due later than its moment in `lanes`."""
        found: dict[str, datetime] = {}
        asked = [(lane, shard) for lane in lanes for shard in range(campaign.due_shards)]
        queries = [
            self._query(shard, lane, f"{clock.to_text(lanes[lane])}~", _FOREVER, 1)
            for lane, shard in asked
        ]
        for (lane, _), page in zip(
            asked, parallel.each(self.table.query, queries) if queries else [], strict=True
        ):
            for place in page.items:
                at = clock.from_text(due_at(place))
                found[lane] = min(at, found.get(lane, at))
        return found

    def _lanes_of(self, shard: int) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        after = _BEGINNING
        while True:
            items = self.table.query(self._query(shard, "", after, _BEHIND_ALL, 1)).items
            if not items:
                return found
            lane = _lane(items[0])
            found[lane] = clock.from_text(due_at(items[0]))
            after = f"{lane[:-1]}$" if lane else _BEHIND_PLAIN  # "$" comes after "#"

    def _query(self, shard: int, lane: str, first: str, last: str, limit: int) -> Query:
        return Query(
            f"{self.pk}#{shard}",
            "#by_due_sk BETWEEN :first AND :last",
            {"first": f"{lane}{first}", "last": f"{lane}{last}"},
            index="by_due",
            limit=limit,
        )


def due_at(place: Item) -> str:
    """The due time of what is at a place, in whatever lane."""
    return str(place["by_due_sk"]).rpartition("#")[2]


def _lane(place: Item) -> str:
    before, sharp, _ = str(place["by_due_sk"]).rpartition("#")
    return before + sharp
