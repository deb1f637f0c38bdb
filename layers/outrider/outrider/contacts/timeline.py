"""Timeline of one contact: low-volume events from the feed, and high-volume ones from its
messages."""

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
    """An event and its sort key: the time, then what distinguishes events of that time."""

    key: str
    event: TimelineEvent


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
        entries = self._entries(contact_id, query.type, before=after["key"] if after else None)
        found = list(islice(entries, query.limit + 1))
        if not (found or after or self._is_known(contact_id)):
            raise ContactNotFound
        shown = found[: query.limit]
        last = {"key": shown[-1].key} if len(found) > len(shown) else None
        return sealer.page(query, [entry.event for entry in shown], last)

    def _entries(self, contact_id: str, name: str | None, before: str | None) -> Iterator[_Entry]:
        sources: list[Iterable[_Entry]] = []
        if name is None or name not in HIGH_VOLUME:
            recorded = self.events.about(contact_id, None, None, before, newest_first=True)
            sources.append(map(_of_feed, recorded))
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


def _of_feed(event: RecordedEvent) -> _Entry:
    shown = TimelineEvent.model_validate(
        event.model_dump(include={"id", "event", "created_at", "actor", "data"})
    )
    return _Entry(f"{event.recorded_at}#{event.sequence:012d}", shown)


def _of_message(event: TimelineEvent) -> _Entry:
    unique_part = f"{event.data['message_id']}/{event.event}/{event.data.get('machine', '')}"
    return _Entry(f"{event.created_at}!{unique_part}", event)
