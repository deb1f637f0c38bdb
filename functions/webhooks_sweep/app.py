"""Sweep, every minute: starts the probe, drain or replay that overdue deliveries and stalled
replays wait for. A failure does not stop the sweep; the next one retries."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.webhooks.deliveries.repository import PendingDelivery
from outrider.webhooks.models import ReplayJob
from outrider.webhooks.wiring import sweeper

FoundT = TypeVar("FoundT", PendingDelivery, ReplayJob)


@needs(
    Environment.webhooks_table,
    Environment.webhook_deliveries_queue_url,
    Environment.webhook_replays_queue_url,
)
@observed
def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    at_work = sweeper()
    failures: list[Exception] = []
    swept = _each(at_work.overdue(), at_work.wake, failures)
    resumed = _each(at_work.stalled(), at_work.resume, failures)
    logger().info("webhooks swept", count=swept, replays=resumed, failed=len(failures))
    if failures:
        raise ExceptionGroup("some webhooks were not swept", failures)
    return {"swept": swept}


def _each(
    found: Iterable[FoundT], work: Callable[[FoundT], None], failures: list[Exception]
) -> int:
    count = 0
    for each in found:
        try:
            work(each)
        except Exception as failure:  # whatever fails, others are swept
            logger().exception("a sweep failed", webhook_id=each.webhook_id)
            failures.append(failure)
        else:
            count += 1
    return count
