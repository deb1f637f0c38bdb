"""Entries of the bus: one for each event, but one for many of those that come with every message.

EventBridge and SQS bill an entry, and each message that a rule makes of it, by 64 KB begun.
Source: https://aws.amazon.com/eventbridge/pricing/, https://aws.amazon.com/sqs/pricing/
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from outrider.events.catalogue import HIGH_VOLUME
from outrider.events.models import RecordedEvent
from outrider.kit import json
from outrider.kit.aws.eventbridge import BusEvent

PACKED = "events.packed"
"""The `detail-type` of an entry that holds several events."""
EVERY_NAME = "*"
Detail = dict[str, Any]
_ROOM = 64 * 1024 - 1_024
"""Bytes of the events in an entry: what EventBridge puts around them counts too."""


def notices(
    events: Sequence[RecordedEvent], one_by_one: frozenset[str] = frozenset()
) -> list[BusEvent]:
    """The entries that tell of `events`. Those of HIGH_VOLUME share entries of 64 KB at most, each
    of one workspace and mode, unless `one_by_one` has their name, or `*`."""
    single: list[BusEvent] = []
    together: dict[str, list[Detail]] = {}
    for event in events:
        detail = event.model_dump()
        if event.event in HIGH_VOLUME and not {event.event, EVERY_NAME} & one_by_one:
            together.setdefault(event.workspace, []).append(detail)
        else:
            single.append(BusEvent(event.event, detail))
    return [*single, *(_packed(some) for each in together.values() for some in _filled(each))]


def recorded_events(entry: Mapping[str, Any]) -> list[RecordedEvent]:
    """The events that an entry, as a rule's target gets it, tells of; all of one workspace."""
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
            "events": details,
        },
    )


def _filled(details: Sequence[Detail]) -> Iterator[list[Detail]]:
    """`details` in order, divided into as many as have room in an entry."""
    some: list[Detail] = []
    size = 0
    for detail in details:
        weight = len(json.dumps(detail)) + 1
        if some and size + weight > _ROOM:
            yield some
            some, size = [], 0
        some.append(detail)
        size += weight
    yield some
