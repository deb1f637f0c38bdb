"""Sweep, every minute: starts the probe, drain or replay that overdue deliveries and stalled
replays wait for. A failure does not stop the sweep; the next one retries."""

from typing import Any

from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.kit.sweeps.independent import Sweep
from outrider.webhooks.deliveries.repository import PendingDelivery
from outrider.webhooks.models import ReplayJob
from outrider.webhooks.wiring import sweeper


@needs(
    Environment.webhooks_table,
    Environment.webhook_deliveries_queue_url,
    Environment.webhook_replays_queue_url,
)
@observed
def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    at_work = sweeper()
    sweep = Sweep("a sweep failed")
    swept = sweep.over(at_work.overdue(), at_work.wake, _keys)
    resumed = sweep.over(at_work.stalled(), at_work.resume, _keys)
    logger().info("webhooks swept", count=swept, replays=resumed, failed=len(sweep.failures))
    sweep.end("webhooks were not swept")
    return {"swept": swept}


def _keys(found: PendingDelivery | ReplayJob) -> dict[str, object]:
    return {"webhook_id": found.webhook_id}
