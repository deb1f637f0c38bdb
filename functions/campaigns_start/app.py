"""Starts the clock of a campaign that was launched or goes on; wakes it when its last enrollment
has ended, its settings changed, contacts were added to it, or a mailbox may send what waited for
one; and starts, every five minutes, each one again that stands still.

Invoked by hand with `{"overdue_before": "9999-12-31T00:00:00.000Z"}` it starts a new run of every
running campaign: after executions were stopped, for example.
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
"""How late a clock may be before it counts as standing still."""


@needs(Environment.campaigns_table, Environment.campaign_run_arn)
@observed
def handler(event: dict[str, Any], _: object) -> dict[str, int]:
    name = event.get("detail-type", "")
    if "workspace_id" in event.get("detail", ""):  # Scheduler sends a `detail` too: "{}"
        detail = event["detail"]
        workspace = WorkspaceId.of(detail["workspace_id"], detail["mode"])
        started = _hear(name, detail["data"], runs(workspace))
    else:
        before = event.get("overdue_before") or clock.to_text(clock.now() - _GRACE)
        started = run_check().restart(before)
    logger().info("campaigns started", event=name, count=started)
    return {"started": started}


def _hear(name: str, data: dict[str, Any], clocks: RunService) -> int:
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
