"""Takes an incoming mail: `{"raw_base64": "<the mail in base64>"}`, invoked by its receiver."""

import base64
from typing import Any

from outrider.inbound.wiring import inbound
from outrider.kit.logs import logger


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    received = inbound().receive(base64.b64decode(event["raw_base64"], validate=True))
    logger().info("mail received", **received.model_dump(exclude_none=True))
    return received.model_dump()
