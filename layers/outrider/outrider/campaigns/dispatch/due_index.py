"""Index `by_due` (keys only) of enrollments that have a next step, by the time at which it is due.

Its partition key is `<workspace>#cam_…#<shard>`, its sort key `<lane><due at>`. A lane is a sort
key prefix that groups steps which can be sent at the same times: `<mailbox or first>#<time zone>#`
holds the emails of one mailbox (`first`: no email was sent to these contacts yet) whose send
windows open together. So a round reads only lanes that have a mailbox and an open window. Steps in
the queue are in the lane `queued#` until their lease expires; steps that need no mailbox are in the
lane with the empty name.
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
_BEGINNING, _AFTER_PLAIN, _AFTER_ALL = "0", ":", "~"
_FOREVER = "9999"


def lane_of(enrollment: Enrollment, step: Step | None, mailbox_id: str | None = None) -> str:
    """Return the lane of an enrollment whose next step is `step`; None, an unknown step, counts as
    an email. `mailbox_id` is the mailbox of the previous email if the enrollment does not have it
    yet."""
    if step is not None and step.channel != "email":
        return PLAIN
    return f"{enrollment.mailbox_id or mailbox_id or FIRST}#{enrollment.timezone or ''}#"


def owner(lane: str) -> str:
    """Return the id of the mailbox that sends the emails of a lane, or FIRST."""
    return lane.partition("#")[0]


def timezone(lane: str) -> str | None:
    """Return the time zone of a lane, or None if its contacts have none of their own."""
    return lane.split("#")[1] or None


@dataclass(frozen=True, slots=True)
class DuePlaces:
    """Entries of one campaign in the index `by_due`; `pk` is `<workspace>#cam_…`."""

    table: Table
    pk: str

    def lanes(self, campaign: Campaign) -> dict[str, datetime]:
        """Return all non-empty lanes with the earliest due time of each. It is a skip scan: one
        query for each lane and shard."""
        found: dict[str, datetime] = {}
        for shard in parallel.each(self._lanes_of, range(campaign.due_shards)):
            for lane, at in shard.items():
                found[lane] = min(at, found.get(lane, at))
        return found

    def until(
        self, campaign: Campaign, until: datetime, lanes: Sequence[str], at_once: int
    ) -> Iterator[Item]:
        """Yield the entries of these lanes that are due by `until`, the earliest due time first.
        The `sk` of an entry is the contact id; `at_once` is the page size of each query."""
        pages = (
            self.table.every(self._query(shard, lane, _BEGINNING, clock.to_text(until), at_once))
            for lane in lanes
            for shard in range(campaign.due_shards)
        )
        return heapq.merge(*pages, key=lambda place: (due_at(place), str(place["sk"])))

    def next(self, campaign: Campaign, lanes: Mapping[str, datetime]) -> dict[str, datetime]:
        """Return for each lane the first due time that is later than the time given for it in
        `lanes`."""
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
            items = self.table.query(self._query(shard, "", after, _AFTER_ALL, 1)).items
            if not items:
                return found
            lane = _lane(items[0])
            found[lane] = clock.from_text(due_at(items[0]))
            after = f"{lane[:-1]}$" if lane else _AFTER_PLAIN  # "$" sorts right after "#"

    def _query(self, shard: int, lane: str, first: str, last: str, limit: int) -> Query:
        return Query(
            f"{self.pk}#{shard}",
            "#by_due_sk BETWEEN :first AND :last",
            {"first": f"{lane}{first}", "last": f"{lane}{last}"},
            index="by_due",
            limit=limit,
        )


def due_at(place: Item) -> str:
    """Return the due time in an entry's sort key, in any lane."""
    return str(place["by_due_sk"]).rpartition("#")[2]


def _lane(place: Item) -> str:
    before, sharp, _ = str(place["by_due_sk"]).rpartition("#")
    return before + sharp
