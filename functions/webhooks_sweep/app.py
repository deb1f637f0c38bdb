"""Every 5 minutes: sets going what waits for an endpoint though its time has passed. What fails is
left to the next sweep, and keeps it from no other."""

from typing import Any

from outrider.kit.logs import logger
from outrider.webhooks.wiring import sweeper


def handler(_: dict[str, Any], __: object) -> dict[str, int]:
    at_work = sweeper()
    count, failures = 0, []
    for waiting in at_work.overdue():
        try:
            at_work.wake(waiting)
        except Exception as failure:
            logger().exception("a sweep failed", webhook_id=waiting.webhook_id)
            failures.append(failure)
        else:
            count += 1
    logger().info("webhooks swept", count=count, failed=len(failures))
    if failures:
        raise ExceptionGroup("some webhooks were not swept", failures)
    return {"swept": count}
