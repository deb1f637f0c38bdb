"""Worker that starts and wakes the clocks of campaigns.

An event starts the clock of a launched or resumed campaign, or wakes it because its settings,
audience or last enrollment changed or a mailbox can send again. A schedule restarts overdue clocks
every five minutes.

Invoked by hand with `{"overdue_before": "9999-12-31T00:00:00.000Z"}`, it restarts the clock of
every active campaign, for example after executions were stopped.
"""

from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.campaigns.dispatch.executions import RunService
from outrider.campaigns.wiring import run_check, runs
from outrider.kit import clock
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs

_GRACE = timedelta(minutes=5)
"""Delay after which a clock counts as overdue."""


@needs(Environment.campaigns_table, Environment.campaign_run_arn)
@observed
def handler(event: dict[str, Any], _: object) -> dict[str, int]:
    name = event.get("detail-type", "")
    if "workspace_id" in event.get("detail", ""):  # Scheduler sends a `detail` too: "{}"
        detail = event["detail"]
        workspace = WorkspaceId.of(detail["workspace_id"], detail["mode"])
        started = _handle_event(name, detail["data"], runs(workspace))
    else:
        before = event.get("overdue_before") or clock.to_text(clock.now() - _GRACE)
        started = run_check().restart(before)
    logger().info("campaigns started", event=name, count=started)
    return {"started": started}


def _handle_event(name: str, data: dict[str, Any], clocks: RunService) -> int:
    match name:
        case "campaign.launched" | "campaign.resumed":
            clocks.start(data["campaign_id"])
        case (
            "campaign.updated" | "campaign.audience_added" | "enrollment.resumed" | "task.completed"
        ):
            clocks.wake_now(data["campaign_id"])
        case "enrollment.finished" | "enrollment.failed":
            clocks.wake_if_done(data["campaign_id"])
        case _:
            return clocks.wake_held()
    return 1
