"""Sweep of credits, every 15 minutes: releases expired holds and resets balances that are due. A
failure does not stop the others; the next sweep retries it."""

from typing import Any

from outrider.access.models import Caller, WorkspaceId
from outrider.credits.wiring import credits, due_credits
from outrider.kit import clock
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.kit.sweeps.independent import Sweep


@needs(Environment.keys_table, Environment.credits_table)
@observed
def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    sweep = Sweep("sweep failed")
    count = sweep.over(
        due_credits().until(clock.timestamp()),
        lambda due: _settle(*due),
        lambda due: {"workspace": due[0], "operation": due[1]},
    )
    logger().info("credits swept", count=count, failed=len(sweep.failures))
    sweep.end("holds and balances were not swept")
    return {"swept": count}


def _settle(workspace: WorkspaceId, operation: str | None) -> None:
    ledger = credits(Caller.engine(workspace))
    if operation:
        ledger.void(operation)
    else:
        ledger.reset()
