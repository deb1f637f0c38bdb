"""Worker of the events queue: creates one delivery per event and subscribed endpoint."""

from typing import Any

from outrider.events.feed.packing import recorded_events
from outrider.kit.aws.sqs import handle_records, time_left
from outrider.kit.observability.invocations import observed
from outrider.kit.settings import Environment, needs
from outrider.webhooks.wiring import fanout

_LONGEST_RECORD_MS = 30_000
"""A message with 100 events for 20 endpoints makes 2,000 deliveries."""


@needs(Environment.webhooks_table, Environment.webhook_deliveries_queue_url)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_records(event, _fan_out, time_left(context, _LONGEST_RECORD_MS))


def _fan_out(entry: dict[str, Any]) -> None:
    events = recorded_events(entry)
    fanout(events[0].workspace).fan_out(events)
