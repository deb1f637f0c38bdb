"""What is done with events once they are recorded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from outrider.access.models import Caller
from outrider.events.models import Place, RecordedEvent
from outrider.events.repository import EventRepository
from outrider.events.schemas import EventPage, EventQuery
from outrider.kit.pagination import Sealer

_ROUNDS = 4
_READ_AHEAD = 1_000
"""Events looked at in one round when only some of them are asked for."""


@dataclass(frozen=True, slots=True)
class EventService:
    caller: Caller
    events: EventRepository

    def list(self, query: EventQuery) -> EventPage:
        """With a `type`, looks at a bounded number of events: a page may then be short of `limit`,
        or even empty, and still have more behind it."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/events")
        cursor = sealer.after(query)
        place = Place(**cursor) if cursor else None
        found: list[RecordedEvent] = []
        more = True
        for _ in range(_ROUNDS):
            read, more = self.events.read(place, query.since, query.until, _how_many(query))
            for event in read:
                wanted = query.type in (None, event.event)
                if wanted and len(found) == query.limit:
                    return _page(sealer, query, found, place, more=True)
                if wanted:
                    found.append(event)
                place = event.place
            if not (read and more):
                break
        return _page(sealer, query, found, place, more=more)


def _how_many(query: EventQuery) -> int:
    return _READ_AHEAD if query.type else query.limit + 1


def _page(
    sealer: Sealer,
    query: EventQuery,
    events: Sequence[RecordedEvent],
    place: Place | None,
    *,
    more: bool,
) -> EventPage:
    cursor = sealer.seal(asdict(place), query.question()) if place else None
    return EventPage(data=list(events), has_more=more, next_cursor=cursor)
