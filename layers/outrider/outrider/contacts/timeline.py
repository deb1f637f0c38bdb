"""What happened with one contact, as the feed recorded it."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.repository import ContactRepository
from outrider.events.models import RecordedEvent
from outrider.events.repository import EventRepository
from outrider.events.schemas import TimelineQuery
from outrider.kit import ids
from outrider.kit.pagination import Page, Sealer


@dataclass(frozen=True, slots=True)
class TimelineService:
    caller: Caller
    contacts: ContactRepository
    events: EventRepository

    def read(self, contact_id: str, query: TimelineQuery) -> Page[RecordedEvent]:
        """Newest first. A contact that is gone keeps its timeline as long as its events are kept.

        With a `type`, looks at a bounded number of events: a page may then be short of `limit`,
        or even empty, and still have more behind it. Raises ContactNotFound.
        """
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/timeline/{contact_id}")
        after = sealer.after(query)
        if not ids.is_id("con", contact_id):
            raise ContactNotFound
        events, last = self.events.of_contact(contact_id, query.type, query.limit, after)
        if not (events or last or after or self._is_known(contact_id)):
            raise ContactNotFound
        return sealer.page(query, events, last)

    def _is_known(self, contact_id: str) -> bool:
        """Whether there is such a contact, or was one."""
        if self.contacts.get(contact_id) is not None:
            return True
        return bool(self.events.of_contact(contact_id, None, 1, None)[0])
