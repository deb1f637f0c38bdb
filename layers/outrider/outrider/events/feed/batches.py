"""Batches of events: the items in which the feed stores them.

The key is `<workspace>#feed` / `<recorded_at of the previous batch>#<first sequence, 12 digits>`.
Both parts follow from the previous batch, so a writer that adds a batch with attribute_not_exists
has seen all events before it.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.kit import clock, json
from outrider.kit.aws.attributes import Item
from outrider.kit.outbox import Event

LIFE = timedelta(days=400)
NOBODY = "nobody"
_FIELDS = ("event", "created_at", "actor", "request_id", "data")


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """Events with consecutive sequence numbers from `first` on, recorded together."""

    workspace: WorkspaceId
    key: str
    first: int
    recorded_at: str
    events: Sequence[Event]

    @classmethod
    def after(
        cls, workspace: WorkspaceId, place: FeedPosition, recorded_at: str, events: Sequence[Event]
    ) -> "FeedBatch":
        """Return the batch that follows the one which ends at `place`."""
        first = place.sequence + 1
        return cls(workspace, sort_key(place.recorded_at, first), first, recorded_at, events)

    @classmethod
    def from_item(cls, workspace: WorkspaceId, item: Item) -> "FeedBatch":
        events = [
            Event.model_construct(
                id="", partition=workspace, **dict(zip(_FIELDS, values, strict=True))
            )
            for values in json.loads(zlib.decompress(item["events"]))
        ]
        first = item["last"] + 1 - len(events)
        return cls(workspace, item["sk"], first, item["recorded_at"], events)

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1

    def to_item(self) -> Item:
        values = [[getattr(event, name) for name in _FIELDS] for event in self.events]
        return {
            "pk": f"{self.workspace}#feed",
            "sk": self.key,
            "last": self.last,
            "recorded_at": self.recorded_at,
            "events": zlib.compress(json.dumps(values), 9),
            "ttl": expiry(self.recorded_at),
        }

    def recorded(self) -> list[RecordedEvent]:
        """Return its events with their positions in the feed."""
        return [RecordedEvent.of(event, place) for event, place in self._placed()]

    def entries(self) -> list[Item]:
        """Return the index entries of its rare events (all but HIGH_VOLUME), under the contact that
        they name or under NOBODY."""
        return [
            {
                "pk": f"{self.workspace}#{under}",
                "sk": sort_key(place.recorded_at, place.sequence),
                **event.model_dump(exclude={"id", "partition", "data"}),
                "data": json.dumps_text(event.data),
                "ttl": expiry(self.recorded_at),
            }
            for event, place in self._placed()
            if (under := found_under(event))
        ]

    def _placed(self) -> Iterator[tuple[Event, FeedPosition]]:
        for sequence, event in enumerate(self.events, self.first):
            yield event, FeedPosition(sequence, self.recorded_at, self.key)


def from_entry(workspace: WorkspaceId, entry: Item) -> RecordedEvent:
    """Return the event of an index entry (`FeedBatch.entries`)."""
    recorded_at, _, sequence = entry["sk"].partition("#")
    values: dict[str, Any] = {name: entry[name] for name in _FIELDS}
    event = Event(id="", partition=workspace, **{**values, "data": json.loads(entry["data"])})
    return RecordedEvent.of(event, FeedPosition(int(sequence), recorded_at))


def found_under(event: Event) -> str | None:
    """Return the contact id, or NOBODY, under which the event is indexed; None for HIGH_VOLUME
    events, which are found by their messages."""
    if event.event in HIGH_VOLUME:
        return None
    return str(event.data.get("contact_id") or NOBODY)


def sort_key(time: str, sequence: int) -> str:
    return f"{time}#{sequence:012d}"


def expiry(recorded_at: str) -> int:
    return int((clock.from_text(recorded_at) + LIFE).timestamp())


def is_expiring(recorded_at: str, now: datetime) -> bool:
    """Return whether items recorded at that time may be deleted by TTL soon or already: DynamoDB
    deletes expired items in no particular order."""
    return clock.from_text(recorded_at) < now - LIFE + timedelta(days=1)
