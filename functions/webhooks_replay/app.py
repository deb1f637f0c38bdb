"""Worker of the replays queue: runs a replay for as long as there is time."""

from functools import partial
from typing import Any

from outrider.events.models import subject
from outrider.kit.aws.sqs import handle_records, turn_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.webhooks.models import ReplayJob
from outrider.webhooks.wiring import replayer

_LONGEST_PAGE_MS = 30_000


@needs(
    Environment.webhooks_table,
    Environment.events_table,
    Environment.webhook_deliveries_queue_url,
    Environment.webhook_replays_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_records(event, partial(_replay, enough_time=turn_left(context, _LONGEST_PAGE_MS)))


def _replay(message: dict[str, Any], enough_time: Any) -> None:
    workspace, replay_id = subject(message, "replay_id")
    _, webhook_id = subject(message, "webhook_id")
    job = ReplayJob(workspace=workspace, webhook_id=webhook_id, replay_id=replay_id)
    outcome = replayer(workspace).run(job, enough_time)
    logger().info("replay", replay_id=replay_id, outcome=outcome)
