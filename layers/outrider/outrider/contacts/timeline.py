"""Timeline of one contact: low-volume events from the feed, and high-volume ones from its
messages."""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import NamedTuple

from outrider.access.models import Caller
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.repository import ContactRepository
from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.models import RecordedEvent
from outrider.events.repository import EventRepository
from outrider.events.schemas import TimelineEvent, TimelineQuery
from outrider.kit import ids
from outrider.kit.http.pagination import Page, Sealer


class _Entry(NamedTuple):
    """An event and its sort key: the time, then what distinguishes events of that time. `place` is
    the sort key of an event of the feed there, empty for that of a message."""

    key: str
    event: TimelineEvent
    place: str = ""


@dataclass(frozen=True, slots=True)
class TimelineService:
    """Timelines of contacts. `marks_of` returns the high-volume events of a contact's messages
    (sent, delivered, opened, clicked); all others are read from the feed."""

    caller: Caller
    contacts: ContactRepository
    events: EventRepository
    marks_of: Callable[[str], Iterable[TimelineEvent]]

    def read(self, contact_id: str, query: TimelineQuery) -> Page[TimelineEvent]:
        """Return a page of events, newest first. The timeline of a deleted contact remains as long
        as its events are kept, without the events of its messages. Raises ContactNotFound."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/timeline/{contact_id}")
        after = sealer.after(query)
        if not ids.is_id("con", contact_id):
            raise ContactNotFound
        before, place = (after["key"], after["place"]) if after else (None, None)
        read: list[_Entry] = []
        entries = self._entries(contact_id, query.type, before, place, read)
        found = list(islice(entries, query.limit + 1))
        if not (found or after or self._is_known(contact_id)):
            raise ContactNotFound
        shown = found[: query.limit]
        last = _end(shown[-1].key, read) if len(found) > len(shown) else None
        return sealer.page(query, [entry.event for entry in shown], last)

    def _entries(
        self,
        contact_id: str,
        name: str | None,
        before: str | None,
        place: str | None,
        read: list[_Entry],
    ) -> Iterator[_Entry]:
        """Yield the entries with keys below `before`, newest first. The feed is read from `place`
        back; what was read of it is added to `read`."""
        sources: list[Iterable[_Entry]] = []
        if name is None or name not in HIGH_VOLUME:
            recorded = self.events.about(contact_id, None, None, place, newest_first=True)
            sources.append(_newest_first(recorded, read))
        if name is None or name in HIGH_VOLUME:
            marks = map(_of_message, self.marks_of(contact_id))
            sources.append(sorted(marks, key=_key, reverse=True))
        return (
            entry
            for entry in merge(*sources, key=_key, reverse=True)
            if (name is None or entry.event.event == name)
            and (before is None or entry.key < before)
        )

    def _is_known(self, contact_id: str) -> bool:
        """Return whether the contact exists or has existed."""
        if self.contacts.get(contact_id) is not None:
            return True
        return bool(self.events.of_contact(contact_id, 1, None)[0])


def _key(entry: _Entry) -> str:
    return entry.key


def _newest_first(recorded: Iterable[RecordedEvent], read: list[_Entry]) -> Iterator[_Entry]:
    """Yield events by the time at which they happened, given by that at which they were recorded,
    and add each to `read`. No event is recorded before it happened, so one that happened after the
    recording of the next need not wait."""
    waiting: list[_Entry] = []
    for event in recorded:
        while waiting and waiting[-1].key > event.recorded_at:
            yield waiting.pop()
        entry = _of_feed(event)
        insort(waiting, entry, key=_key)
        read.append(entry)
    yield from reversed(waiting)


def _end(key: str, read: list[_Entry]) -> dict[str, str | None]:
    """Return what the next page begins with: the last key of this one, and the place in the feed
    of the newest event that it has not shown."""
    left = [entry.place for entry in read if entry.key < key]
    return {"key": key, "place": max(left) if left else read[-1].place if read else None}


def _of_feed(event: RecordedEvent) -> _Entry:
    shown = TimelineEvent.model_validate(
        event.model_dump(include={"id", "event", "created_at", "actor", "data"})
    )
    # Clocks of two machines differ, so an event may seem to be recorded before it happened.
    happened_at = min(event.created_at, event.recorded_at)
    number = f"{event.sequence:012d}"
    return _Entry(f"{happened_at}#{number}", shown, f"{event.recorded_at}#{number}")


def _of_message(event: TimelineEvent) -> _Entry:
    unique_part = f"{event.data['message_id']}/{event.event}/{event.data.get('machine', '')}"
    return _Entry(f"{event.created_at}!{unique_part}", event)
