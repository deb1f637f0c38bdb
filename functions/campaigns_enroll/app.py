"""Worker that enrolls the audience of launches by filter, and retries failed enrollments; it
continues by message when time runs short."""

from functools import partial
from typing import Any

from outrider.campaigns.enrollments.retry_failed import RetryJob
from outrider.campaigns.wiring import audience_runner, retry_worker
from outrider.events.models import subject
from outrider.kit.aws.sqs import handle_records, turn_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs

_LONGEST_PART_MS = 60_000


@needs(
    Environment.contacts_table,
    Environment.companies_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.campaign_run_arn,
    Environment.enrolling_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_records(event, partial(_run, enough_time=turn_left(context, _LONGEST_PART_MS)))


def _run(message: dict[str, Any], enough_time: Any) -> None:
    workspace, campaign_id = subject(message, "campaign_id")
    if "retry" in message:
        job = RetryJob.model_validate(message["retry"])
        outcome = retry_worker(workspace, job).run(campaign_id, job, enough_time)
        logger().info("retry", campaign_id=campaign_id, outcome=outcome)
        return
    outcome = audience_runner(workspace, campaign_id).run(campaign_id, enough_time)
    logger().info("audience", campaign_id=campaign_id, outcome=outcome)
