"""Worker that scores leads again after a change of an ideal customer profile."""

from typing import Any

from outrider.access.models import WorkspaceId
from outrider.events.models import RecordedEvent
from outrider.kit.aws.sqs import handle_records, turn_left
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.workflows.lead_wiring import rescoring_worker

_LONGEST_PAGE_MS = 30_000


@needs(
    Environment.leads_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.rescoring_queue_url,
)
@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    enough_time = turn_left(context, _LONGEST_PAGE_MS)

    def rescore(message: dict[str, Any]) -> None:
        workspace, workflow_id = _scope(message)
        outcome = rescoring_worker(workspace).run(workflow_id, enough_time)
        logger().info("rescoring", workflow_id=workflow_id, outcome=outcome)

    return handle_records(event, rescore)


def _scope(message: dict[str, Any]) -> tuple[WorkspaceId, str | None]:
    """Return the workspace, and the workflow whose own profile changed, from a message of the event
    bus or of this function."""
    if "detail" not in message:
        return WorkspaceId(message["workspace"]), message["workflow_id"]
    event = RecordedEvent.model_validate(message["detail"])
    return event.workspace, event.data.get("workflow_id")
