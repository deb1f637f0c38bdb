"""Worker of workflows that researches the companies of leads."""

from typing import Any

from outrider.kit.observability.invocations import observed
from outrider.kit.settings import Environment, needs
from outrider.workflows.stages.handling import handle_jobs
from outrider.workflows.stages.wiring import research_worker

_LONGEST_RESEARCH_MS = 60_000
"""Longest research: 29 s for the website, and retries at DynamoDB."""


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
    return handle_jobs(event, context, research_worker, longest_ms=_LONGEST_RESEARCH_MS)
