"""Sweep of credits, every 15 minutes: releases expired holds and resets balances that are due. A
failure does not stop the others; the next sweep retries it."""

from typing import Any

from outrider.access.models import Caller, WorkspaceId
from outrider.credits.wiring import credits, due_credits
from outrider.kit import clock
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs


@needs(Environment.keys_table, Environment.credits_table)
@observed
def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    count, failures = 0, []
    for workspace, operation in due_credits().until(clock.timestamp()):
        try:
            _settle(workspace, operation)
        except Exception as failure:  # whatever fails, others are swept
            logger().exception("sweep failed", workspace=workspace, operation=operation)
            failures.append(failure)
        else:
            count += 1
    logger().info("credits swept", count=count, failed=len(failures))
    if failures:
        raise ExceptionGroup("sweeps that failed", failures)
    return {"swept": count}


def _settle(workspace: WorkspaceId, operation: str | None) -> None:
    ledger = credits(Caller.engine(workspace))
    if operation:
        ledger.void(operation)
    else:
        ledger.reset()
