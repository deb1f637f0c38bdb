"""What is done with events once they are recorded."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from outrider.access.models import Caller
from outrider.events.catalogue import NEVER_BESIDE_A_CONTACT, OF_NOBODY
from outrider.events.errors import EventNotFound
from outrider.events.models import Place, RecordedEvent
from outrider.events.repository import EventRepository, settled_until
from outrider.events.schemas import EventPage, EventQuery
from outrider.kit import clock, ids
from outrider.kit.pagination import Sealer

_ROUNDS = 4
_READ_AHEAD = 1_000
"""Events looked at in one round when only some of them are asked for."""
_TELLING_WHEN_MADE = frozenset({"cam", "com", "exp", "imp", "key", "mbx", "seq", "whk"})
_CLOCKS_DIFFER_MS = 60_000


@dataclass(frozen=True, slots=True)
class Way:
    """How to what is asked for: through the events of one contact, of nobody, or all of them."""

    by_index: bool = False
    contact_id: str | None = None


@dataclass(frozen=True, slots=True)
class EventService:
    """`contact_of` gives the contact that a message belongs to, if it is known."""

    caller: Caller
    events: EventRepository
    contact_of: Callable[[str], str | None]

    def get(self, event_id: str) -> RecordedEvent:
        """Raises EventNotFound."""
        found = self.events.get(event_id) if ids.is_id("evt", event_id) else None
        if found is None:
            raise EventNotFound
        return found

    def list(self, query: EventQuery) -> EventPage:
        """With filters, looks at a bounded number of events: a page may then be short of `limit`,
        or even empty, and still have more behind it."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/events")
        cursor = sealer.after(query)
        place = Place(**cursor) if cursor else None
        way, names, since = self._way(query), query.names, self._since(query)
        found: list[RecordedEvent] = []
        more = True
        for _ in range(_ROUNDS):
            read, more, place_behind = self._read(way, query, place, since)
            for event in read:
                wanted = _is_wanted(event, query, names)
                if wanted and len(found) == query.limit:
                    return _page(sealer, query, found, place, more=True)
                if wanted:
                    found.append(event)
                place = event.place
            place = place_behind or place
            if not more or not (read or place_behind):
                break
        return _page(sealer, query, found, place, more=more)

    def _way(self, query: EventQuery) -> Way:
        resource, names = query.resource, query.names
        prefix = resource.partition("_")[0] if resource else ""
        contact_id = self._contact(prefix, resource) if resource else None
        if contact_id:
            return Way(True, contact_id)
        return Way(prefix in NEVER_BESIDE_A_CONTACT or (names is not None and names <= OF_NOBODY))

    def _contact(self, prefix: str, resource: str) -> str | None:
        """The contact that every event naming `resource` names too."""
        match prefix:
            case "con":
                return resource
            case "enr":
                members = ids.members(resource, "enr", "cam", "con")
                return members[1] if members else None
            case "msg":
                return self.contact_of(resource)
            case _:
                return None

    def _since(self, query: EventQuery) -> str | None:
        """Nothing is told of a thing before it was made; a sandbox has a clock of its own."""
        resource = query.resource
        telling = resource is not None and resource.partition("_")[0] in _TELLING_WHEN_MADE
        if not telling or self.caller.workspace.mode == "test":
            return query.since
        # What nobody made can be an id of any time.
        made_ms = min(ids.made_at(resource or ""), clock.epoch_ms()) - _CLOCKS_DIFFER_MS
        return max(query.since or "", clock.to_text(clock.from_epoch_ms(max(made_ms, 0))))

    def _read(
        self, way: Way, query: EventQuery, place: Place | None, since: str | None
    ) -> tuple[Sequence[RecordedEvent], bool, Place | None]:
        """The next events, whether there may be more, and where to go on if that is not behind the
        last of them. Oldest first, the index serves what it is sure to have, the feed the rest."""
        if query.order == "desc":
            return *self._back(way, query, place, since), None
        settled = settled_until()
        if not way.by_index or (place and place.recorded_at >= settled):
            return *self._on(query, place, since), None
        until = min(settled, query.until or settled)
        limit = _how_many(query, given=way.contact_id)
        read, more = self.events.read_about(
            way.contact_id, place, since, until, limit, newest_first=False
        )
        if more or until == query.until:
            return read, more, None
        return read, True, Place(0, settled)

    def _on(
        self, query: EventQuery, place: Place | None, since: str | None
    ) -> tuple[Sequence[RecordedEvent], bool]:
        """A place without a sequence is a moment."""
        if place and place.sequence == 0:
            since, place = max(since or "", place.recorded_at), None
        return self.events.read(place, since, query.until, _how_many(query))

    def _back(
        self, way: Way, query: EventQuery, place: Place | None, since: str | None
    ) -> tuple[Sequence[RecordedEvent], bool]:
        if not way.by_index:
            return self.events.read_back(place, since, query.until, _how_many(query))
        limit = _how_many(query, given=way.contact_id)
        return self.events.read_about(
            way.contact_id, place, since, query.until, limit, newest_first=True
        )


def _how_many(query: EventQuery, given: str | None = None) -> int:
    """`given` is the resource that all events on this way name."""
    exact = (query.type, query.actor, query.resource) == (None, None, given)
    return query.limit + 1 if exact else _READ_AHEAD


def _is_wanted(event: RecordedEvent, query: EventQuery, names: Collection[str] | None) -> bool:
    return (
        (names is None or event.event in names)
        and (query.actor is None or event.actor == query.actor)
        and (query.resource is None or _names(event.data, query.resource))
    )


def _names(data: Mapping[str, Any], resource: str) -> bool:
    """Whether the id stands in a field of `data`, or in a list of it."""
    return any(
        value == resource or (isinstance(value, list) and resource in value)
        for value in data.values()
    )


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
