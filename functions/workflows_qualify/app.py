"""Worker of workflows that scores leads."""

from typing import Any

from outrider.kit.observability.invocations import observed
from outrider.kit.settings import Environment, needs
from outrider.workflows.stages.handling import handle_jobs
from outrider.workflows.stages.wiring import qualify_worker

_LONGEST_SCORE_MS = 45_000


@needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.credits_table,
    Environment.stack_name,
    Environment.research_queue_url,
    Environment.qualify_queue_url,
    Environment.contact_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_jobs(event, context, qualify_worker, longest_ms=_LONGEST_SCORE_MS)
