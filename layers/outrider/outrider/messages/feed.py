"""All messages of a workspace, newest first, as the feed of events tells of them.

No index lists them: each message is told of by one event (`_TOLD`), and the feed is read in packed
batches. A message appears seconds after it was recorded, and no longer than events are kept.
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
"""Events looked at for one page."""
_AT_ONCE = 50
"""Messages fetched in a call, each with what it says: that may have 200 KB."""

_TOLD: Mapping[str, frozenset[State]] = {
    "sent": frozenset({"sent"}),
    "failed": frozenset({"failed"}),
    "skipped": frozenset({"skipped"}),
    "paused": frozenset({"unknown"}),
    "due": frozenset({"pending", "completed", "expired", "cancelled"}),
    "received": frozenset({"received"}),
}
"""Of which states an event tells, by the second part of its name: a message that changes its state
is told of by another event, and listed at that one alone."""


@dataclass(frozen=True, slots=True)
class RecentMessages:
    messages: MessageRepository
    events: EventRepository

    def page(self, asked: MessageQuery, after: Item | None) -> tuple[list[Message], Item | None]:
        """Return at most `asked.limit` messages, and the place after them; None at the end. Looks
        at a bounded number of events: where few are wanted there may be fewer, even none, though
        others follow."""
        states = _states(asked)
        walk = self.events.backward(FeedPosition(**after) if after else None, None, None)
        found: list[Message] = []
        last, looked = after, 0
        for events in _portions(walk, asked.limit):
            telling = [event for event in events if _told(event) & states]
            for event, message in zip(telling, self._messages(telling), strict=True):
                if message and message.state in _told(event) and asked.matches(message):
                    if len(found) == asked.limit:
                        return found, last
                    found.append(message)
                    last = asdict(event.place)
            looked += len(events)
            if len(found) < asked.limit:
                last = asdict(events[-1].place)
            if looked >= _MOST:
                return found, last
        return found, None

    def _messages(self, events: Sequence[RecordedEvent]) -> Iterator[Message | None]:
        """The messages that the events tell of; None for one that is gone since."""
        for start in range(0, len(events), _AT_ONCE):
            ids = [event.data["message_id"] for event in events[start : start + _AT_ONCE]]
            yield from self.messages.by_ids(ids)


def _portions(walk: Iterator[RecordedEvent], limit: int) -> Iterator[list[RecordedEvent]]:
    """What is looked at before messages are fetched: a page's worth first, then more."""
    size = limit + 1
    while portion := list(islice(walk, size)):
        yield portion
        size = min(size * 4, _MOST)


def _told(event: RecordedEvent) -> frozenset[State]:
    """The states of a message that the event tells of; none where it names no message."""
    if "message_id" not in event.data:
        return frozenset()
    return _TOLD.get(event.event.partition(".")[2], frozenset())


def _states(asked: MessageQuery) -> frozenset[State]:
    states = frozenset().union(*_TOLD.values())
    if asked.status is not None:
        states &= {asked.status}
    if asked.direction is not None:
        received = _TOLD["received"]
        states = states & received if asked.direction == "in" else states - received
    return states
