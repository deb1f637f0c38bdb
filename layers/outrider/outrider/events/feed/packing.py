"""Entries of the event bus: one per event, except that HIGH_VOLUME events are packed together.

EventBridge and SQS bill an entry, and each message that a rule makes of it, per 64 KB begun.
Source: https://aws.amazon.com/eventbridge/pricing/, https://aws.amazon.com/sqs/pricing/
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.models import RecordedEvent
from outrider.kit import json
from outrider.kit.aws.eventbridge import BusEvent

PACKED = "events.packed"
"""The `detail-type` of an entry with several events."""
EVERY_NAME = "*"
Detail = dict[str, Any]
_ROOM = 64 * 1024 - 1_024
"""Bytes of the events in an entry; EventBridge's own envelope counts too."""


def bus_entries(
    events: Sequence[RecordedEvent], one_by_one: frozenset[str] = frozenset()
) -> list[BusEvent]:
    """Return the bus entries of `events`. HIGH_VOLUME events of a workspace and mode are packed
    into entries of 64 KB at most, unless `one_by_one` has their name or `*`. Those that name a lead
    are packed apart from the others, so that a rule can match them."""
    single: list[BusEvent] = []
    to_pack: dict[tuple[str, bool], list[Detail]] = {}
    for event in events:
        detail = event.model_dump()
        if event.event in HIGH_VOLUME and not {event.event, EVERY_NAME} & one_by_one:
            together = event.workspace, "lead_id" in event.data
            to_pack.setdefault(together, []).append(detail)
        else:
            single.append(BusEvent(event.event, detail))
    return [*single, *(_packed(chunk) for each in to_pack.values() for chunk in _chunks(each))]


def recorded_events(entry: Mapping[str, Any]) -> list[RecordedEvent]:
    """Return the events of a bus entry as a rule's target gets it; all belong to one workspace."""
    detail = entry["detail"]
    details = detail["events"] if entry["detail-type"] == PACKED else [detail]
    return [RecordedEvent.model_validate(each) for each in details]


def _packed(details: Sequence[Detail]) -> BusEvent:
    return BusEvent(
        PACKED,
        {
            "workspace_id": details[0]["workspace_id"],
            "mode": details[0]["mode"],
            "names": sorted({detail["event"] for detail in details}),
            "of_leads": "lead_id" in details[0]["data"],
            "events": details,
        },
    )


def _chunks(details: Sequence[Detail]) -> Iterator[list[Detail]]:
    """Divide `details`, in order, into chunks that fit into an entry."""
    chunk: list[Detail] = []
    size = 0
    for detail in details:
        weight = len(json.dumps(detail)) + 1
        if chunk and size + weight > _ROOM:
            yield chunk
            chunk, size = [], 0
        chunk.append(detail)
        size += weight
    yield chunk
