"""From the outbox of each changed item to the feed, and from there to the bus."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.models import Change
from outrider.events.recording import Recorder
from outrider.kit import outbox
from outrider.kit.attributes import decode
from outrider.kit.bus import Bus, Notice
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class EventRelay:
    """`recorder_of` gives the end of a workspace's feed; a batch of a stream may hold several."""

    recorder_of: Callable[[WorkspaceId], Recorder]
    bus: Bus

    def relay(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Record and publish the events that a stream's `records` bring; returns their number.

        What was recorded before is published again, with the place and the id it has: the attempt
        before may have ended between the two. Whoever handles it knows it by its id. Anything that
        fails is raised, so that the stream delivers the whole batch again.
        """
        recorded = [
            event
            for workspace, changes in _by_workspace(records).items()
            for event in self.recorder_of(workspace).record(changes)
        ]
        self.bus.publish([Notice(event.event, event.model_dump()) for event in recorded])
        return len(recorded)


def _by_workspace(records: Sequence[Mapping[str, Any]]) -> dict[WorkspaceId, list[Change]]:
    """The changes of `records` that have events, in the order in which they were committed, each
    once."""
    found: dict[WorkspaceId, dict[str, Change]] = {}
    for record in records:
        change = _change(record)
        for workspace in dict.fromkeys(event.partition for event in change.events):
            own = [event for event in change.events if event.partition == workspace]
            changes = found.setdefault(WorkspaceId(workspace), {})
            changes.setdefault(change.id, replace(change, events=own))
    return {workspace: list(changes.values()) for workspace, changes in found.items()}


def _change(record: Mapping[str, Any]) -> Change:
    return Change(
        id=record["eventID"],
        table=record["eventSourceARN"].split("/")[1],
        second=int(record["dynamodb"]["ApproximateCreationDateTime"]),
        events=list(_new_events(record["dynamodb"])),
    )


def _new_events(change: Mapping[str, Any]) -> Iterator[Event]:
    """The events of this change; an item changed without any still carries those of the change
    before."""
    before = {event.id for event in _outbox(change.get("OldImage"))}
    return (event for event in _outbox(change.get("NewImage")) if event.id not in before)


def _outbox(image: Mapping[str, Any] | None) -> list[Event]:
    if not image or outbox.ATTRIBUTE not in image:
        return []
    return outbox.unpack({outbox.ATTRIBUTE: decode(image[outbox.ATTRIBUTE])})
