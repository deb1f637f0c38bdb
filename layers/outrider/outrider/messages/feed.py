"""All messages of a workspace, newest first, found through the event feed.

No index lists them. Each message has exactly one event that lists it (`_LISTED`), and the feed is
read in packed batches. A message appears seconds after it was recorded, and for as long as events
are kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from outrider.events.models import FeedPosition, RecordedEvent
from outrider.events.repository import EventRepository
from outrider.kit.aws.attributes import Item
from outrider.messages.models import Message, State
from outrider.messages.repository import MessageRepository
from outrider.messages.schemas import MessageQuery

_MOST = 10_000
"""Maximum number of events read for one page."""
_AT_ONCE = 50
"""Messages fetched per call; with its content, one may have 200 KB."""

_LISTED: Mapping[str, frozenset[State]] = {
    "sent": frozenset({"sent"}),
    "failed": frozenset({"failed"}),
    "skipped": frozenset({"skipped"}),
    "paused": frozenset({"unknown"}),
    "due": frozenset({"pending", "completed", "expired", "cancelled"}),
    "received": frozenset({"received"}),
}
"""Message states that an event lists, by the second part of the event's name. A message that
changes its state gets another event, and only that one lists it."""


@dataclass(frozen=True, slots=True)
class RecentMessages:
    messages: MessageRepository
    events: EventRepository

    def page(self, asked: MessageQuery, after: Item | None) -> tuple[list[Message], Item | None]:
        """Return at most `asked.limit` messages and the position after them, None at the end. The
        number of events read is bounded: if the filters drop most messages, a page may be short or
        empty although more follow."""
        states = _states(asked)
        walk = self.events.backward(FeedPosition(**after) if after else None, None, None)
        found: list[Message] = []
        last, read_count = after, 0
        for events in _portions(walk, asked.limit):
            listing = [event for event in events if _listed_states(event) & states]
            for event, message in zip(listing, self._messages(listing), strict=True):
                if message and message.state in _listed_states(event) and asked.matches(message):
                    if len(found) == asked.limit:
                        return found, last
                    found.append(message)
                    last = asdict(event.place)
            read_count += len(events)
            if len(found) < asked.limit:
                last = asdict(events[-1].place)
            if read_count >= _MOST:
                return found, last
        return found, None

    def _messages(self, events: Sequence[RecordedEvent]) -> Iterator[Message | None]:
        """Yield the messages of the events; None for one that was deleted meanwhile."""
        for start in range(0, len(events), _AT_ONCE):
            ids = [event.data["message_id"] for event in events[start : start + _AT_ONCE]]
            yield from self.messages.by_ids(ids)


def _portions(walk: Iterator[RecordedEvent], limit: int) -> Iterator[list[RecordedEvent]]:
    """Yield the events in batches: first one page, then more, so that few messages are fetched in
    vain."""
    size = limit + 1
    while portion := list(islice(walk, size)):
        yield portion
        size = min(size * 4, _MOST)


def _listed_states(event: RecordedEvent) -> frozenset[State]:
    """Return the message states that the event lists; empty if it is not about a message."""
    if "message_id" not in event.data:
        return frozenset()
    return _LISTED.get(event.event.partition(".")[2], frozenset())


def _states(asked: MessageQuery) -> frozenset[State]:
    states = frozenset().union(*_LISTED.values())
    if asked.status is not None:
        states &= {asked.status}
    if asked.direction is not None:
        received = _LISTED["received"]
        states = states & received if asked.direction == "in" else states - received
    return states
