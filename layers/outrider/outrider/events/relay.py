"""From the outbox of each changed item to the feed, and from there to the bus."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.models import RecordedEvent
from outrider.events.repository import EventRepository
from outrider.kit import outbox
from outrider.kit.attributes import decode
from outrider.kit.bus import Bus, Notice
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class EventRelay:
    """`feed_of` gives the feed of a workspace; a batch of a stream may hold several."""

    feed_of: Callable[[WorkspaceId], EventRepository]
    bus: Bus

    def relay(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Record and publish the events that a stream's `records` bring, and count them.

        An event that was recorded before is published again, with the place it has: the attempt
        before may have ended between the two. Whoever handles it knows it by its id. Anything that
        fails is raised, so that the stream brings the whole batch again.
        """
        recorded: list[RecordedEvent] = []
        for workspace, events in _by_workspace(records).items():
            places = self.feed_of(workspace).record(events)
            recorded += map(RecordedEvent.of, events, places)
        self.bus.publish([Notice(event.event, event.model_dump()) for event in recorded])
        return len(recorded)


def _by_workspace(records: Sequence[Mapping[str, Any]]) -> dict[WorkspaceId, list[Event]]:
    """The events of `records` in the order in which they were committed, each once."""
    found: dict[WorkspaceId, dict[str, Event]] = {}
    for record in records:
        for event in _new_events(record["dynamodb"]):
            found.setdefault(WorkspaceId(event.partition), {}).setdefault(event.id, event)
    return {workspace: list(events.values()) for workspace, events in found.items()}


def _new_events(change: Mapping[str, Any]) -> Iterator[Event]:
    """The events of this change; an item changed without any still carries those of the change
    before."""
    before = {event.id for event in _outbox(change.get("OldImage"))}
    return (event for event in _outbox(change.get("NewImage")) if event.id not in before)


def _outbox(image: Mapping[str, Any] | None) -> list[Event]:
    if not image or outbox.ATTRIBUTE not in image:
        return []
    return outbox.unpack({outbox.ATTRIBUTE: decode(image[outbox.ATTRIBUTE])})
