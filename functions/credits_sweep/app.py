"""Every 15 minutes: voids the holds that have expired, resets the balances whose day has come."""

from typing import Any

from outrider.access.models import Caller
from outrider.credits.wiring import credits, due_credits
from outrider.kit import clock
from outrider.kit.logs import logger


def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    count = 0
    for workspace, operation in due_credits().until(clock.timestamp()):
        ledger = credits(Caller.engine(workspace))
        if operation:
            ledger.void(operation)
        else:
            ledger.reset()
        count += 1
    logger().info("credits swept", count=count)
    return {"swept": count}
