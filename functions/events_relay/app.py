"""Stream worker of all tables: relays events from the items to the feed and the event bus."""

from typing import Any

from outrider.events.feed.relay import MessageItems
from outrider.events.feed.wiring import relay
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.messages.repository import names_of
from outrider.messages.tracking import statistics

_MESSAGES = MessageItems(names_of, statistics.counted, statistics.count_actions)


@needs(Environment.campaigns_table, Environment.events_table, Environment.bus_name)
@observed
def handler(event: dict[str, Any], _: object) -> None:
    count = relay(_MESSAGES).relay(event["Records"])
    logger().info("relayed", records=len(event["Records"]), events=count)
