"""In-memory index of a million due enrollments of one campaign, as a dispatcher round sees it.

It supports only what a round needs: pages of the index by_due, reads of the items, and updates of
the due time. moto scans a whole table for each query, which would take hours.
"""

import zlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from bench.units import size
from outrider.kit.aws.attributes import Item, decode, encode_item
from outrider.kit.aws.dynamodb import Action, ItemPage, Query, Table

Place = tuple[str, str]
"""Sort key in the index, and contact id."""


@dataclass(frozen=True, slots=True)
class DueIndex(Table):
    """Table with the index in memory. `item(contact, due)` makes an item on demand. Counts queries,
    their read units, and moves."""

    item: Callable[[str, str], Item] = field(kw_only=True)
    shards: dict[str, list[Place]] = field(default_factory=dict, kw_only=True)
    places: dict[str, tuple[str, str]] = field(default_factory=dict, kw_only=True)
    counted: dict[str, float] = field(default_factory=dict, kw_only=True)
    turn: Lock = field(default_factory=Lock, kw_only=True)

    def fill(self, pk: str, shards: int, places: Sequence[Place]) -> None:
        """Add all enrollments at once; `pk` is the campaign's partition key."""
        for due, contact in places:
            partition = f"{pk}#{zlib.crc32(contact.encode()) % shards}"
            self.shards.setdefault(partition, []).append((due, contact))
            self.places[contact] = partition, due
        for there in self.shards.values():
            there.sort()

    def query(self, query: Query) -> ItemPage:
        """Return a page of one shard, between the sort keys `first` and `last`."""
        found = self.shards.get(query.pk, [])
        start = bisect_left(found, (query.values["first"], ""))
        end = bisect_right(found, (query.values["last"], "~"))
        if query.after:
            start = bisect_right(found, (query.after["by_due_sk"], query.after["sk"]))
        there = found[start : min(end, start + (query.limit or end))]
        items: list[Item] = [
            {
                "by_due_pk": query.pk,
                "by_due_sk": due,
                "pk": query.pk.rpartition("#")[0],
                "sk": contact,
            }
            for due, contact in there
        ]
        read = sum(size(encode_item(item)) for item in items)
        self._count("queries", 1)
        self._count("read units", max(1, -(-read // 4096)) / 2)
        more = start + len(there) < end
        return ItemPage(items, items[-1] if more else None)

    def get_all(self, pk: str, sks: Iterable[str]) -> dict[str, Item]:  # noqa: ARG002 - of one campaign
        found = {sk: self.item(sk, self.places[sk][1]) for sk in sks}
        self._count("gets", 1)
        self._count(
            "read units", sum(-(-size(encode_item(item)) // 4096) for item in found.values())
        )
        return found

    def write(self, action: Action, also: Sequence[Action] = ()) -> Item:
        """Update a due time without checking the condition, because nothing else updates any."""
        assert action.kind == "Update", action
        assert not also
        with self.turn:  # a round moves several at once
            self._move(action)
        return {}

    def _move(self, action: Action) -> None:
        values = action.params["ExpressionAttributeValues"]
        contact = action.params["Key"]["sk"]["S"]
        partition, due = self.places[contact]
        shard = self.shards[partition]
        del shard[bisect_left(shard, (due, contact))]
        moved = str(decode(values[":place"]))
        insort(shard, (moved, contact))
        self.places[contact] = partition, moved
        self._count("moves", 1)

    def _count(self, name: str, amount: float) -> None:
        self.counted[name] = self.counted.get(name, 0) + amount


def plain_due(place: str) -> str:
    """Return the due time of a sort key of by_due, without its lane prefix."""
    return place.rpartition("#")[2]
