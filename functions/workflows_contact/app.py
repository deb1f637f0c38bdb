"""Worker of workflows that drafts the first messages of leads, and enrolls leads into campaigns."""

from typing import Any

from outrider.kit.observability.invocations import observed
from outrider.kit.settings import Environment, needs
from outrider.workflows.stages.contact_wiring import contact_worker
from outrider.workflows.stages.handling import handle_jobs
from outrider.workflows.stages.models import StageJob

_LONGEST_MS = 45_000


@needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.credits_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.campaign_run_arn,
    Environment.stack_name,
    Environment.steps_queue_url,
    Environment.research_queue_url,
    Environment.qualify_queue_url,
    Environment.contact_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return handle_jobs(event, context, contact_worker, longest_ms=_LONGEST_MS, job_of=StageJob.of)
