"""Starts the clock of a campaign that was launched or goes on, and once an hour of every one that
stands still.

Invoked by hand with `{"overdue_before": "9999-12-31T00:00:00.000Z"}` it starts a new run of every
running campaign: after executions were stopped, for example.
"""

from typing import Any

from outrider.access.models import WorkspaceId
from outrider.campaigns.wiring import run_check, runs
from outrider.kit import clock
from outrider.kit.logs import logger

_STARTED_BY = ("campaign.launched", "campaign.resumed")


def handler(event: dict[str, Any], _: object) -> dict[str, int]:
    if event.get("detail-type") in _STARTED_BY:  # Scheduler sends a `detail` too: "{}"
        detail = event["detail"]
        workspace = WorkspaceId.of(detail["workspace_id"], detail["mode"])
        runs(workspace).start(detail["data"]["campaign_id"])
        started = 1
    else:
        started = run_check().restart(event.get("overdue_before") or clock.timestamp())
    logger().info("campaigns started", count=started)
    return {"started": started}
