"""The enrollments of one campaign as a round of its clock sees them, a million of them in memory.

Only what a round asks of the table is there: pages of the index by_due, what stands at its places,
and moving a due time. moto walks through a whole table for each query, which would take hours.
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
"""The sort key in the index, and the contact."""


@dataclass(frozen=True, slots=True)
class DueIndex(Table):
    """`item(contact, due)` makes the item that stands at a place. Counts queries, what they read in
    units, and moves."""

    item: Callable[[str, str], Item] = field(kw_only=True)
    shards: dict[str, list[Place]] = field(default_factory=dict, kw_only=True)
    places: dict[str, tuple[str, str]] = field(default_factory=dict, kw_only=True)
    counted: dict[str, float] = field(default_factory=dict, kw_only=True)
    turn: Lock = field(default_factory=Lock, kw_only=True)

    def fill(self, pk: str, shards: int, places: Sequence[Place]) -> None:
        """All enrollments at once: `pk` is that of the campaign."""
        for due, contact in places:
            partition = f"{pk}#{zlib.crc32(contact.encode()) % shards}"
            self.shards.setdefault(partition, []).append((due, contact))
            self.places[contact] = partition, due
        for there in self.shards.values():
            there.sort()

    def query(self, query: Query) -> ItemPage:
        """A page of one shard, from `first` to `last`."""
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
        """Move a due time; the condition holds, because nobody else moves any."""
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
    """The due time of a place in any lane."""
    return place.rpartition("#")[2]
