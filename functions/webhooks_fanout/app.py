"""Queue of events: one delivery for each endpoint that wants the event."""

from typing import Any

from outrider.events.models import RecordedEvent
from outrider.kit.queues import handle_records
from outrider.webhooks.wiring import fanout


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return handle_records(event, _fan_out)


def _fan_out(message: dict[str, Any]) -> None:
    happened = RecordedEvent.model_validate(message["detail"])
    fanout(happened.workspace).fan_out(happened)
