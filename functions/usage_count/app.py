"""Stream worker of the keys table: counts the API calls that the meter admitted."""

from typing import Any

from outrider.credits.usage.wiring import counter
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs


@needs(Environment.credits_table)
@observed
def handler(event: dict[str, Any], _: object) -> None:
    count = counter().count(event["Records"])
    logger().info("calls counted", records=len(event["Records"]), calls=count)
