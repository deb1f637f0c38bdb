"""The outbox is the item: an entity carries the events of its last change in `_events`.

One atomic write saves both; the table's stream then carries the item to the relay. The attribute
is one JSON text, so a stream filter can ask for it and nothing else needs to read it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock, ids, json

ATTRIBUTE = "_events"

Mode = Literal["live", "test"]


class Event(BaseModel):
    """Something that happened, as it is kept and published.

    `partition` is the workspace in one mode; `actor` who caused it (`key:…`, `engine`,
    `recipient`).
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
    """A new event. With `identity` the id is derived from it, so that doing the same thing again
    after a crash names the same event."""
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
    """The word that a reason begins with, as events tell it. What follows (`refused: …`) may quote
    a person's data, and an event is never rewritten."""
    return reason.partition(":")[0]


def pack(events: Sequence[Event], names: Mapping[str, Any] | None = None) -> str:
    """Return the events as the text of an outbox. `names` are fields of their data that the item
    itself tells: where an event has all of them they are left out, and the item stays small."""
    return json.dumps_text([_packed(event, names or {}) for event in events])


def attribute(events: Sequence[Event], names: Mapping[str, Any] | None = None) -> dict[str, str]:
    return {ATTRIBUTE: pack(events, names)} if events else {}


def unpack(
    item: Mapping[str, Any], names_of: Callable[[], Mapping[str, Any]] = dict
) -> list[Event]:
    """Return the events of an outbox; `names_of` tells again what `pack` left out."""
    packed = item.get(ATTRIBUTE)
    return [_unpacked(entry, names_of) for entry in json.loads(packed)] if packed else []


def _packed(event: Event, names: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
    """An object; where a part of its data is left out, the values of its fields alone."""
    whole = event.model_dump()
    if not names or not names.items() <= event.data.items():
        return whole
    whole["data"] = {name: value for name, value in event.data.items() if name not in names}
    return list(whole.values())


def _unpacked(
    entry: dict[str, Any] | list[Any], names_of: Callable[[], Mapping[str, Any]]
) -> Event:
    if isinstance(entry, dict):
        return Event.model_validate(entry)
    fields = dict(zip(Event.model_fields, entry, strict=True))
    return Event.model_validate({**fields, "data": {**names_of(), **fields["data"]}})
