"""Pages of entities by offset, with exact totals, newest first.

DynamoDB finds a position by a key only, so an offset has to be walked to. A walk reads keys alone
and at most `MOST_READS` calls of 1 MB; it is refused if that is not enough. Lists without filters
leave marks, after each page and every `STRIDE` entities of a walk, from which later walks begin: a
client that reads page after page gets to the end of a list of any length, and each page costs the
same. A list with filters is counted by the keys of all its entities.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Generic

from outrider.entities.repository import EntityRepository, EntityT
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query
from outrider.kit.errors import ValidationFailed

MOST_READS = 50
"""Maximum calls of one walk; DynamoDB reads at most 1 MB in a call."""
STRIDE = 1_000
"""Entities between two marks of a walk; up to the first there are none."""
_MARK_LASTS = timedelta(hours=1)
_KEYS = "#pk, #sk"


@dataclass(frozen=True, slots=True)
class OffsetPage(Generic[EntityT]):
    """One page; `total` counts all entities of the list."""

    entities: list[EntityT]
    total: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class OffsetLists(Generic[EntityT]):
    """Lists of the entities of one kind; their ids begin with `prefix`."""

    entities: EntityRepository[EntityT]
    prefix: str

    def every(self, limit: int, offset: int) -> OffsetPage[EntityT]:
        """Return a page of the list of all entities. Raises ValidationFailed if the offset is too
        far behind what was read before."""
        after = None
        if offset:
            total = self.entities.count()
            after = self._after(offset) if offset < total else None
            if after is None:
                return OffsetPage([], total, has_more=False)
        found = self.entities.table.page(replace(self._all, after=after), limit)
        if found.last_key and offset + limit > STRIDE:
            self._put_mark(offset + limit, found.last_key)
        entities, total = self.entities.counted(
            [entity for item in found.items if (entity := self.entities.entity(item))]
        )
        return OffsetPage(entities, total, has_more=found.last_key is not None)

    def of(self, entity_ids: Collection[str], limit: int, offset: int) -> OffsetPage[EntityT]:
        """Return a page of the list of these entities."""
        shown = sorted(entity_ids, reverse=True)[offset : offset + limit]
        found = self.entities.get_many(shown)
        return OffsetPage(
            [found[each] for each in shown if each in found],
            len(entity_ids),
            has_more=offset + len(shown) < len(entity_ids),
        )

    def keys(self, query: Query) -> Iterator[Item]:
        """Yield the keys of all items of a query. Raises ValidationFailed if they are too many to
        count."""
        query = replace(query, projection=_KEYS)
        for _ in range(MOST_READS):
            page = self.entities.table.query(query)
            yield from page.items
            if page.last_key is None:
                return
            query = replace(query, after=page.last_key)
        raise ValidationFailed.at(
            "/query",
            "Too many match these filters to be counted: add a filter, or leave all out",
        )

    def _after(self, offset: int) -> Item | None:
        """Return the key of the last entity before the offset, or None if there are fewer."""
        place, after = self._mark(offset) if offset > STRIDE else (0, None)
        query = replace(self._all, projection=_KEYS, after=after)
        for _ in range(MOST_READS):
            if place == offset:
                return query.after
            target = min(offset, place - place % STRIDE + STRIDE)
            page = self.entities.table.query(replace(query, limit=target - place))
            place += len(page.items)
            if page.last_key is None:
                return None
            query = replace(query, after=page.last_key)
            if place % STRIDE == 0:
                self._put_mark(place, page.last_key)
        raise ValidationFailed.at(
            "/query/offset",
            f"{offset} is too far behind what was read before: read the pages in order, or use"
            " filters",
        )

    def _mark(self, offset: int) -> tuple[int, Item | None]:
        """Return the last mark up to the offset: how many entities there are up to it, and the key
        of the last of them."""
        query = Query(
            self._marks, "#sk <= :last", {"last": _padded(offset)}, newest_first=True, limit=1
        )
        for mark in self.entities.table.query(query).items:
            if mark["ttl"] > clock.now().timestamp():
                return int(mark["sk"]), {"pk": self.entities.workspace, "sk": mark["after"]}
        return 0, None

    def _put_mark(self, place: int, key: Item) -> None:
        ttl = int((clock.now() + _MARK_LASTS).timestamp())
        mark = {"pk": self._marks, "sk": _padded(place), "after": key["sk"], "ttl": ttl}
        self.entities.table.write(self.entities.table.put_action(mark))

    @property
    def _marks(self) -> str:
        return f"{self.entities.workspace}#marks#{self.prefix}"

    @property
    def _all(self) -> Query:
        return Query(
            self.entities.workspace,
            "#sk BETWEEN :first AND :last",
            {"first": f"{self.prefix}_", "last": f"{self.prefix}_~"},
            filter="attribute_not_exists(#deleted_at)",
            newest_first=True,
            consistent=True,
        )


def _padded(place: int) -> str:
    return f"{place:012d}"
