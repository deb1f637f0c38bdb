"""Transactional outbox: an item carries the events of its last change in the attribute `_events`.

One atomic write saves the change and its events; the table's stream then delivers them to the
relay. The attribute is a single JSON text, so that a stream filter can test for its presence.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import ConfigDict

from outrider.kit import clock, ids, json
from outrider.kit.models import Model

ATTRIBUTE = "_events"

Mode = Literal["live", "test"]


class Event(Model):
    """An event, as it is stored and published.

    `partition` is the workspace in one mode (live or test). `actor` is the cause of the event
    (`key:…`, `engine`, `recipient`).
    """

    model_config = ConfigDict(frozen=True)

    id: str
    event: str
    created_at: str
    partition: str
    actor: str
    request_id: str
    data: dict[str, Any]


def event(
    name: str, /, *, partition: str, actor: str, request_id: str, identity: str = "", **data: Any
) -> Event:
    """Return a new event. With `identity`, its id is derived from that, so repeating the same
    change after a crash produces the same id."""
    event_id = ids.derived("evt", partition, name, identity) if identity else ids.new("evt")
    return Event(
        id=event_id,
        event=name,
        created_at=clock.timestamp(),
        partition=partition,
        actor=actor,
        request_id=request_id,
        data=data,
    )


def short(reason: str) -> str:
    """Return the first word of a reason, for use in events. The rest (`refused: …`) may quote
    personal data, and events are immutable."""
    return reason.partition(":")[0]


def pack(events: Sequence[Event], names: Mapping[str, Any] | None = None) -> str:
    """Serialize events for the outbox attribute.

    `names` are data fields that the item itself has: an event that has all of them is stored
    without them, to keep the item small.
    """
    return json.dumps_text([_packed(event, names or {}) for event in events])


def attribute(events: Sequence[Event], names: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the outbox attribute of an item; no attribute if there are no events."""
    return {ATTRIBUTE: pack(events, names)} if events else {}


def unpack(
    item: Mapping[str, Any], names_of: Callable[[], Mapping[str, Any]] = dict
) -> list[Event]:
    """Return the events in the outbox of an item; `names_of` returns the fields that `pack`
    omitted."""
    packed = item.get(ATTRIBUTE)
    return [_unpacked(entry, names_of) for entry in json.loads(packed)] if packed else []


def _packed(event: Event, names: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
    """Return the event as an object, or as a list of its values if data fields were omitted."""
    dumped = event.model_dump()
    if not names or not names.items() <= event.data.items():
        return dumped
    dumped["data"] = {name: value for name, value in event.data.items() if name not in names}
    return list(dumped.values())


def _unpacked(
    entry: dict[str, Any] | list[Any], names_of: Callable[[], Mapping[str, Any]]
) -> Event:
    if isinstance(entry, dict):
        return Event.model_validate(entry)
    fields = dict(zip(Event.model_fields, entry, strict=True))
    return Event.model_validate({**fields, "data": {**names_of(), **fields["data"]}})
