"""Worker of workflows that scores leads."""

from typing import Any

from outrider.access.models import Caller
from outrider.kit.aws.sqs import handle_records, time_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.workflows.stages.models import StageJob
from outrider.workflows.stages.wiring import qualify_worker

_LONGEST_SCORE_MS = 45_000


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
    return handle_records(event, _run, time_left(context, _LONGEST_SCORE_MS))


def _run(message: dict[str, Any]) -> None:
    job = StageJob.model_validate(message)
    outcome = qualify_worker(Caller.engine(job.workspace)).run(job)
    logger().info("qualify", **job.model_dump(exclude={"workspace"}), outcome=outcome)
