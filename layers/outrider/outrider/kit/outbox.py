"""The outbox is the item: an entity carries the events of its last change in `_events`.

One atomic write saves both; the table's stream then carries the item to the relay. The attribute
is one JSON text, so a stream filter can ask for it and nothing else needs to read it.
"""

from collections.abc import Mapping, Sequence
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


def pack(events: Sequence[Event]) -> str:
    return json.dumps_text([event.model_dump() for event in events])


def attribute(events: Sequence[Event]) -> dict[str, str]:
    return {ATTRIBUTE: pack(events)} if events else {}


def unpack(item: Mapping[str, Any]) -> list[Event]:
    packed = item.get(ATTRIBUTE)
    return [Event.model_validate(entry) for entry in json.loads(packed)] if packed else []
