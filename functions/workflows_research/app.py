"""Worker of workflows that researches the companies of leads."""

from typing import Any

from outrider.access.models import Caller
from outrider.kit.aws.sqs import handle_records, time_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.workflows.stages.models import StageJob
from outrider.workflows.stages.wiring import research_worker

_LONGEST_RESEARCH_MS = 60_000
"""Longest research: 29 s for the website, and retries at DynamoDB."""


@needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.credits_table,
    Environment.research_queue_url,
    Environment.qualify_queue_url,
    Environment.contact_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_records(event, _run, time_left(context, _LONGEST_RESEARCH_MS))


def _run(message: dict[str, Any]) -> None:
    job = StageJob.model_validate(message)
    outcome = research_worker(Caller.engine(job.workspace)).run(job)
    logger().info("research", **job.model_dump(exclude={"workspace"}), outcome=outcome)
