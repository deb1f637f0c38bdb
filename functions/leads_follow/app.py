"""Worker that keeps leads in step with their outreach: events of the engine say which of them were
contacted, have replied, or failed."""

from typing import Any

from outrider.events.feed.packing import recorded_events
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.workflows.following import OutreachEvent
from outrider.workflows.wiring import outreach_follower


@needs(Environment.leads_table, Environment.messages_table)
@observed
def handler(entry: dict[str, Any], _: object) -> None:
    for event in recorded_events(entry):
        news = OutreachEvent.of(event)
        outcome = outreach_follower(event.workspace).follow(news) if news else "not_meant"
        lead_id = event.data.get("lead_id")
        logger().info("lead followed", event=event.event, lead_id=lead_id, outcome=outcome)
