"""Command of the operator that deletes a suspended workspace with everything in it. The function
has no route; IAM decides who may invoke it.

    {"workspace_id": "wsp_…", "confirm": "Acme"}

Returns `done`: until it is true, invoke the function again with the same event. Invalid input
returns `{"error": {"code", "detail", "errors"}}`.
"""

from typing import Any

from pydantic import ValidationError

from outrider.access.operator.commands import command
from outrider.deletion.models import DeletionProgress, WorkspaceDelete
from outrider.deletion.wiring import deletion
from outrider.kit.aws.sqs import time_left
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.violations import violations_of
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs

_LONGEST_PAGE_MS = 20_000
"""A scan, up to 40 batches of deletes in parallel, and their retries."""


@needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.leads_table,
    Environment.agents_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.credits_table,
    Environment.webhooks_table,
    Environment.events_table,
    Environment.files_bucket,
)
@observed
@command
def handler(event: dict[str, Any], context: Any) -> DeletionProgress:
    try:
        request = WorkspaceDelete.model_validate(event)
    except ValidationError as error:
        raise ValidationFailed.of(violations_of(error, WorkspaceDelete)) from error
    enough_time = time_left(context, _LONGEST_PAGE_MS)
    progress = deletion(request.workspace_id).delete(request, enough_time)
    logger().info("deleted", **progress.model_dump())
    return progress
