"""Streams of the tables: events on their way to the feed and the bus."""

from typing import Any

from outrider.events.relay import MessageItems
from outrider.events.wiring import relay
from outrider.kit.logs import logger
from outrider.messages import counting
from outrider.messages.repository import names_of

_MESSAGES = MessageItems(names_of, counting.counted, counting.writes)


def handler(event: dict[str, Any], _: object) -> None:
    count = relay(_MESSAGES).relay(event["Records"])
    logger().info("relayed", records=len(event["Records"]), events=count)
