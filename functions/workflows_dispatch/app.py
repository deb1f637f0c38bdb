"""One round of a workflow's dispatcher, invoked by the state machine workflow_run."""

from typing import Any

from outrider.access.models import Caller
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.workflows.runs.clock_wiring import dispatcher
from outrider.workflows.runs.dispatcher import WorkflowRound


@needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.research_queue_url,
    Environment.qualify_queue_url,
    Environment.contact_queue_url,
)
@observed
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    this = WorkflowRound.model_validate(event)
    logger().append_keys(workspace=this.workspace, workflow_id=this.workflow_id)
    answer = dispatcher(Caller.engine(this.workspace)).dispatch(this)
    logger().info("round", **answer.model_dump())
    return answer.model_dump()
