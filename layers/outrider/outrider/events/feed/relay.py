"""Relay of events: from the outbox of each changed item to the feed, and from there to the bus."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.feed.packing import bus_entries
from outrider.events.feed.recording import Recorder
from outrider.events.models import Change, StepCount
from outrider.kit import outbox, parallel
from outrider.kit.aws.attributes import Item, decode, decode_item
from outrider.kit.aws.dynamodb import Action
from outrider.kit.aws.eventbridge import Bus
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class MessageItems:
    """Functions that read the items of messages for the relay.

    `names_of` returns the ids and fields that complete the data of an event; `counted` returns the
    counter that an event increments, or None; `counting` returns the updates of the counters.
    """

    names_of: Callable[[Item], Mapping[str, Any]]
    counted: Callable[[Event, Item], StepCount | None]
    counting: Callable[[WorkspaceId, Sequence[StepCount]], Sequence[Action]]


@dataclass(frozen=True, slots=True)
class EventRelay:
    """Relay of events. `recorder_of` returns the recorder of a workspace; a batch of a stream may
    have several workspaces. `one_by_one` names events that must not be packed."""

    recorder_of: Callable[[WorkspaceId], Recorder]
    bus: Bus
    messages: MessageItems
    one_by_one: frozenset[str] = frozenset()

    def relay(self, records: Sequence[Mapping[str, Any]]) -> int:
        """Record and publish the events of a stream's `records`, and return their number.

        Events that were recorded before are published again with the same id, since the previous
        attempt may have died in between; consumers detect the duplicates by the id. Errors are
        raised, so the stream delivers the whole batch again (at-least-once). Workspaces are
        recorded concurrently.
        """
        by_workspace = _by_workspace(map(self._change, records))
        found = parallel.each(
            lambda each: self.recorder_of(each[0]).record(each[1]), list(by_workspace.items())
        )
        recorded = [event for events in found for event in events]
        self.bus.publish(bus_entries(recorded, self.one_by_one))
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
        """Yield the events of this change. An item changed without events still has those of the
        previous change in its outbox, so these are left out."""
        new, old = change.get("NewImage") or {}, change.get("OldImage") or {}
        before = {event.id for event in outbox.unpack(_outbox(old))}
        found = outbox.unpack(_outbox(new), lambda: self.messages.names_of(decode_item(new)))
        return (event for event in found if event.id not in before)


def _by_workspace(changes: Iterable[Change]) -> dict[WorkspaceId, list[Change]]:
    """Return the changes that have events, by workspace, in commit order and without duplicates."""
    found: dict[WorkspaceId, dict[str, Change]] = {}
    for change in changes:
        for workspace in dict.fromkeys(event.partition for event in change.events):
            own = [event for event in change.events if event.partition == workspace]
            known = found.setdefault(WorkspaceId(workspace), {})
            known.setdefault(change.id, replace(change, events=own))
    return {workspace: list(known.values()) for workspace, known in found.items()}


def _outbox(image: Mapping[str, Any]) -> Item:
    """Return the outbox of a stream image; the other attributes are not decoded."""
    packed = image.get(outbox.ATTRIBUTE)
    return {outbox.ATTRIBUTE: decode(packed)} if packed else {}
