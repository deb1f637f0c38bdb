"""Reader of everything that is stored about a contact, for both export and erasure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from outrider.campaigns.enrollments.by_contact import ContactEnrollments
from outrider.campaigns.models import Enrollment
from outrider.contacts.repository import ContactRepository
from outrider.events.models import RecordedEvent
from outrider.events.repository import EventRepository
from outrider.kit.aws.attributes import Item
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository

T = TypeVar("T")

Record = Enrollment | Message | RecordedEvent
_AT_ONCE = 100
_WHOLE = 20
"""Maximum number of messages per page; with its content, one may have 200 KB."""
_MESSAGES, _KINDS = 1, 3


@dataclass(frozen=True, slots=True)
class ContactRecords:
    """Reader of the records of one workspace. The position of a page is a part (kind and contact)
    and the last key read in it."""

    contacts: ContactRepository
    enrollments: ContactEnrollments
    messages: MessageRepository
    events: EventRepository

    def is_known(self, contact_id: str) -> bool:
        """Return whether a deleted contact existed: its events are still stored."""
        return bool(self.events.of_contact(contact_id, 1, None)[0])

    def page(
        self, contact_ids: Sequence[str], limit: int, after: Item | None
    ) -> tuple[list[Record], Item | None]:
        """Return one page of records and the next position, None at the end: first enrollments,
        then messages, then events, each kind in the order of `contact_ids`. A page has at most 20
        messages, because they may be large; they are sorted by time only within a page."""
        part, last = (after["part"], after["last"]) if after else (0, None)
        found: list[Record] = []
        parts = len(contact_ids) * _KINDS
        while part < parts:
            kind, place = divmod(part, len(contact_ids))
            records, last = self._read(kind, contact_ids[place], limit - len(found), last)
            found += records
            part = part if last else part + 1
            if last or len(found) >= limit or (kind == _MESSAGES and records):
                break
        return found, {"part": part, "last": last} if part < parts else None

    def all_enrollments(self, contact_ids: Sequence[str]) -> list[Enrollment]:
        return list(_all(self.enrollments.list, contact_ids))

    def all_messages(self, contact_ids: Sequence[str]) -> list[Message]:
        return list(_all(self.messages.list, contact_ids))

    def _read(
        self, kind: int, contact_id: str, limit: int, after: Item | None
    ) -> tuple[Sequence[Record], Item | None]:
        match kind:
            case 0:
                return self.enrollments.list(contact_id, limit, after)
            case 1:  # _MESSAGES
                read, last = self.messages.list(contact_id, min(limit, _WHOLE), after)
                found = self.messages.with_contents(read)
                return sorted(found, key=lambda message: (message.created_at, message.id)), last
            case _:
                return self.events.of_contact(contact_id, limit, after)


def _all(
    read: Callable[[str, int, Item | None], tuple[Sequence[T], Item | None]],
    contact_ids: Sequence[str],
) -> Iterator[T]:
    for contact_id in contact_ids:
        found, after = read(contact_id, _AT_ONCE, None)
        yield from found
        while after is not None:
            found, after = read(contact_id, _AT_ONCE, after)
            yield from found
