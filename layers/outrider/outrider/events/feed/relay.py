"""From the outbox of each changed item to the feed, and from there to the bus."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.feed.packing import notices
from outrider.events.feed.recording import Recorder
from outrider.events.models import Change, StepCount
from outrider.kit import outbox, parallel
from outrider.kit.aws.attributes import Item, decode, decode_item
from outrider.kit.aws.dynamodb import Action
from outrider.kit.aws.eventbridge import Bus
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class MessageItems:
    """What the relay has to know of the items of messages: what they tell of the data of their
    events, what is to be counted for an event, and the writes that count it."""

    names_of: Callable[[Item], Mapping[str, Any]]
    counted: Callable[[Event, Item], StepCount | None]
    counting: Callable[[WorkspaceId, Sequence[StepCount]], Sequence[Action]]


@dataclass(frozen=True, slots=True)
class EventRelay:
    """`recorder_of` gives the end of a workspace's feed; a batch of a stream may hold several.
    `one_by_one` names events that are not to be packed."""

    recorder_of: Callable[[WorkspaceId], Recorder]
    bus: Bus
    messages: MessageItems
    one_by_one: frozenset[str] = frozenset()

    def relay(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Record and publish the events that a stream's `records` bring; returns their number.

        What was recorded before is published again, with the place and the id it has: the attempt
        before may have ended between the two. Whoever handles it knows it by its id. Anything that
        fails is raised, so that the stream delivers the whole batch again. No workspace waits for
        the feed of another in the batch.
        """
        by_workspace = _by_workspace(map(self._change, records))
        found = parallel.each(
            lambda each: self.recorder_of(each[0]).record(each[1]), list(by_workspace.items())
        )
        recorded = [event for events in found for event in events]
        self.bus.publish(notices(recorded, self.one_by_one))
        return len(recorded)

    def _change(self, record: Mapping[str, Any]) -> Change:
        new = record["dynamodb"].get("NewImage") or {}
        events = list(self._new_events(record["dynamodb"]))
        item = decode_item(new) if any(event.event in HIGH_VOLUME for event in events) else {}
        counts = [
            found for event in events if item and (found := self.messages.counted(event, item))
        ]
        return Change(
            id=record["eventID"],
            table=record["eventSourceARN"].split("/")[1],
            second=int(record["dynamodb"]["ApproximateCreationDateTime"]),
            events=events,
            counts=counts,
        )

    def _new_events(self, change: Mapping[str, Any]) -> Iterator[Event]:
        """The events of this change; an item changed without any still carries those of the change
        before."""
        new, old = change.get("NewImage") or {}, change.get("OldImage") or {}
        before = {event.id for event in outbox.unpack(_outbox(old))}
        found = outbox.unpack(_outbox(new), lambda: self.messages.names_of(decode_item(new)))
        return (event for event in found if event.id not in before)


def _by_workspace(changes: Iterable[Change]) -> dict[WorkspaceId, list[Change]]:
    """The changes that have events, in the order in which they were committed, each once."""
    found: dict[WorkspaceId, dict[str, Change]] = {}
    for change in changes:
        for workspace in dict.fromkeys(event.partition for event in change.events):
            own = [event for event in change.events if event.partition == workspace]
            known = found.setdefault(WorkspaceId(workspace), {})
            known.setdefault(change.id, replace(change, events=own))
    return {workspace: list(known.values()) for workspace, known in found.items()}


def _outbox(image: Mapping[str, Any]) -> Item:
    """The outbox of an image of a stream: what else is in it is not decoded."""
    packed = image.get(outbox.ATTRIBUTE)
    return {outbox.ATTRIBUTE: decode(packed)} if packed else {}
