"""Check of every five minutes: restarts the clocks of workflows that have stopped."""

from typing import Any

from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.workflows.runs.clock_wiring import clock_check


@needs(Environment.leads_table, Environment.workflow_run_arn)
@observed
def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    started = clock_check().restart()
    logger().info("workflows started", count=started)
    return {"started": started}
