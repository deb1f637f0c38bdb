"""Operations of the API on the event feed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from outrider.access.models import Caller
from outrider.events.catalogue import HIGH_VOLUME, NEVER_BESIDE_A_CONTACT, OF_NOBODY
from outrider.events.errors import EventNotFound
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.events.repository import EventRepository
from outrider.events.schemas import EventPage, EventQuery
from outrider.kit import clock, ids
from outrider.kit.http.pagination import Sealer

_LOOKED_AT = 10_000
"""Limit of events that one request reads."""
_SETTLED = timedelta(seconds=10)
_TELLING_WHEN_MADE = frozenset({"cam", "com", "con", "exp", "imp", "key", "mbx", "seq", "whk"})
_CLOCKS_DIFFER_MS = 60_000


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """Access path of a query: the index entries of rare events of one contact or of none, or the
    whole feed."""

    by_entries: bool = False
    contact_id: str | None = None


@dataclass(frozen=True, slots=True)
class EventService:
    """Event feed of one workspace, for readers of the API."""

    caller: Caller
    events: EventRepository

    def get(self, event_id: str) -> RecordedEvent:
        """Return an event. Raises EventNotFound."""
        found = self.events.get(event_id) if ids.is_id("evt", event_id) else None
        if found is None:
            raise EventNotFound
        return found

    def list(self, query: EventQuery) -> EventPage:
        """Return a page of events. With filters it reads a limited number of events, so a page may
        have fewer than `limit`, or none, although more follow."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/events")
        cursor = sealer.after(query)
        place = FeedPosition(**cursor) if cursor else None
        names = query.names
        found: list[RecordedEvent] = []
        for looked_at, event in enumerate(self._walk(query, place)):
            wanted = _is_wanted(event, query, names)
            if looked_at == _LOOKED_AT or (wanted and len(found) == query.limit):
                return _page(sealer, query, found, place, more=True)
            if wanted:
                found.append(event)
            place = event.place
        return _page(sealer, query, found, place, more=False)

    def _walk(self, query: EventQuery, place: FeedPosition | None) -> Iterator[RecordedEvent]:
        """Yield the candidate events from `place` on.

        Oldest first, index entries serve events older than _SETTLED, and the feed the rest: a query
        of entries can see one item of a transaction that is being committed without another, and
        would skip events.
        """
        plan, since, until = self._plan(query), self._since(query), query.until
        if query.sort == "-recorded_at":
            if plan.by_entries:
                return self.events.about(plan.contact_id, place, since, until, newest_first=True)
            return self.events.backward(place, since, until)
        settled = clock.to_text(clock.now() - _SETTLED)
        if not plan.by_entries or (place and place.recorded_at >= settled):
            return self.events.forward(place, since, until)
        older = self.events.about(
            plan.contact_id, place, since, min(settled, until or settled), newest_first=False
        )
        return chain(older, self.events.forward(None, max(settled, since or settled), until))

    def _plan(self, query: EventQuery) -> QueryPlan:
        resource, names = query.resource, query.names
        prefix = resource.partition("_")[0] if resource else ""
        if names is not None and not names & HIGH_VOLUME:
            contact_id = self._contact(prefix, resource) if resource else None
            if contact_id:
                return QueryPlan(True, contact_id)
        return QueryPlan(
            prefix in NEVER_BESIDE_A_CONTACT or (names is not None and names <= OF_NOBODY)
        )

    def _contact(self, prefix: str, resource: str) -> str | None:
        """Return the contact that every event with this `resource` also names, or None."""
        match prefix:
            case "con":
                return resource
            case "enr":
                members = ids.members(resource, "enr", "cam", "con")
                return members[1] if members else None
            case "msg":
                members = ids.members(resource, "msg", "con", "msg")
                return members[0] if members else None
            case _:
                return None

    def _since(self, query: EventQuery) -> str | None:
        """Return the start of the time range to search: no event names a resource before its
        creation, which its id encodes. In test mode return the query's `since`, because the sandbox
        has its own clock."""
        resource = query.resource or ""
        if self.caller.workspace.mode == "test" or not (made := _made_at(resource)):
            return query.since
        # An id that was never issued can encode any time.
        made_ms = min(made, clock.epoch_ms()) - _CLOCKS_DIFFER_MS
        return max(query.since or "", clock.to_text(clock.from_epoch_ms(max(made_ms, 0))))


def _made_at(resource: str) -> int | None:
    """Return when a resource was created (epoch milliseconds), or None if its id does not contain a
    time. For an enrollment, return the later creation of its contact and campaign."""
    prefix = resource.partition("_")[0]
    if prefix in _TELLING_WHEN_MADE:
        return ids.made_at(resource)
    members = ids.members(resource, "enr", "cam", "con")
    return max(map(ids.made_at, members)) if members else None


def _is_wanted(event: RecordedEvent, query: EventQuery, names: Collection[str] | None) -> bool:
    return (
        (names is None or event.event in names)
        and (query.actor is None or event.actor == query.actor)
        and (query.resource is None or _names(event.data, query.resource))
    )


def _names(data: Mapping[str, Any], resource: str) -> bool:
    """Return whether a field of `data`, or a list in it, has the id."""
    return any(
        value == resource or (isinstance(value, list) and resource in value)
        for value in data.values()
    )


def _page(
    sealer: Sealer,
    query: EventQuery,
    events: Sequence[RecordedEvent],
    place: FeedPosition | None,
    *,
    more: bool,
) -> EventPage:
    cursor = sealer.seal(asdict(place), query.question()) if place else None
    return EventPage(data=list(events), has_more=more, next_cursor=cursor)
