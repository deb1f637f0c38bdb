"""Reads of the event feed of one workspace in one mode.

- batches of events `<workspace>#feed` (`events.feed.batches`), written by `events.feed.recording`
- index entries of rare events `<workspace>#con_…`, or `<workspace>#nobody` if no contact is named,
  / `<recorded_at>#<sequence, 12 digits>`

A batch is written as a whole, and only by a writer that has seen the previous one, so a reader that
follows the batches misses no event.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from outrider.access.models import WorkspaceId
from outrider.events.feed.batches import NOBODY, FeedBatch, from_entry, sort_key
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Query, Table

_FIRST_BATCHES, _MORE_BATCHES = 4, 32
"""Items per query: in a busy feed the first few fill a page."""
_ENTRIES = 100
_BEGINNING, _END = "0", "9"
_BEHIND = "~"


@dataclass(frozen=True, slots=True)
class EventRepository:
    """Feed of one workspace. Time ranges filter by `recorded_at`: `since` is inclusive, `until`
    exclusive. The iterators query lazily."""

    table: Table
    workspace: WorkspaceId

    def read(
        self, after: FeedPosition | None, since: str | None, until: str | None, limit: int
    ) -> tuple[list[RecordedEvent], bool]:
        """Return up to `limit` events after `after`, oldest first, and whether there are more."""
        found = list(islice(self.forward(after, since, until), limit + 1))
        return found[:limit], len(found) > limit

    def forward(
        self, after: FeedPosition | None, since: str | None, until: str | None
    ) -> Iterator[RecordedEvent]:
        """Yield all events after `after`, oldest first."""
        first = self._first(after, since)
        for batch in self._batches(first, until or _END):
            if until and batch.recorded_at >= until:
                return
            if since and batch.recorded_at < since:
                continue
            for event in batch.recorded():
                if after is None or event.sequence > after.sequence:
                    yield event

    def backward(
        self, before: FeedPosition | None, since: str | None, until: str | None
    ) -> Iterator[RecordedEvent]:
        """Yield all events before `before`, newest first."""
        last = sort_key(before.recorded_at, before.sequence) if before else until or _END
        for batch in self._batches(_BEGINNING, last, newest_first=True):
            if since and batch.recorded_at < since:
                return
            if until and batch.recorded_at >= until:
                continue
            for event in reversed(batch.recorded()):
                if before is None or event.sequence < before.sequence:
                    yield event

    def about(
        self,
        contact_id: str | None,
        place: FeedPosition | None,
        since: str | None,
        until: str | None,
        *,
        newest_first: bool,
    ) -> Iterator[RecordedEvent]:
        """Yield the rare events that name the contact, or that name no contact if it is None: those
        after `place`, oldest first, or before it with `newest_first`."""
        first, last = since or _BEGINNING, until or _END
        if place and newest_first:
            last = min(last, sort_key(place.recorded_at, place.sequence - 1))
        elif place:
            first = max(first, sort_key(place.recorded_at, place.sequence) + _BEHIND)
        if first > last:
            return
        query = Query(
            self._entries_pk(contact_id),
            "#sk BETWEEN :first AND :last",
            {"first": first, "last": last},
            newest_first=newest_first,
            limit=_ENTRIES,
            consistent=True,
        )
        for entry in self.table.every(query):
            yield from_entry(self.workspace, entry)

    def get(self, event_id: str) -> RecordedEvent | None:
        place = FeedPosition.of(event_id, self.workspace)
        if place is None:
            return None
        batch = self._last(sort_key(place.recorded_at, place.sequence))
        found = [event for event in batch.recorded() if event.id == event_id] if batch else []
        return found[0] if found else None

    def of_contact(
        self, contact_id: str, limit: int, after: Item | None
    ) -> tuple[list[RecordedEvent], Item | None]:
        """Return a page of the rare events that name the contact, newest first, and the key after
        which the next page begins."""
        query = Query(self._entries_pk(contact_id), newest_first=True, after=after, consistent=True)
        page = self.table.page(query, limit)
        return [from_entry(self.workspace, entry) for entry in page.items], page.last_key

    def _first(self, after: FeedPosition | None, since: str | None) -> str:
        """Return the key of the batch to start from: the one that has `after`, or the last one
        whose previous batch was recorded before `since`."""
        if after and after.batch:
            return after.batch
        last = sort_key(after.recorded_at, after.sequence) if after else since
        found = self._last(last) if last else None
        return found.key if found else _BEGINNING

    def _last(self, last: str) -> FeedBatch | None:
        """Return the last batch with a key up to `last`, or None."""
        query = self._query(_BEGINNING, last, newest_first=True)
        page = self.table.query(replace(query, limit=1))
        return FeedBatch.from_item(self.workspace, page.items[0]) if page.items else None

    def _batches(self, first: str, last: str, *, newest_first: bool = False) -> Iterator[FeedBatch]:
        """Yield the batches with keys from `first` to `last`, both inclusive."""
        if first > last:
            return
        query = replace(self._query(first, last, newest_first), limit=_FIRST_BATCHES)
        while True:
            page = self.table.query(query)
            for item in page.items:
                yield FeedBatch.from_item(self.workspace, item)
            if page.last_key is None:
                return
            query = replace(query, after=page.last_key, limit=_MORE_BATCHES)

    def _query(self, first: str, last: str, newest_first: bool) -> Query:
        return Query(
            f"{self.workspace}#feed",
            "#sk BETWEEN :first AND :last",
            {"first": first, "last": last},
            newest_first=newest_first,
            consistent=True,
        )

    def _entries_pk(self, contact_id: str | None) -> str:
        return f"{self.workspace}#{contact_id or NOBODY}"
