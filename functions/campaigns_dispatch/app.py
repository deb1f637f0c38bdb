"""One round of a campaign's dispatcher, invoked by the state machine campaign_run."""

from typing import Any

from outrider.access.models import Caller
from outrider.campaigns.dispatch.service import Round
from outrider.campaigns.wiring import dispatch
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs


@needs(
    Environment.keys_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.enrolling_queue_url,
    Environment.steps_queue_url,
)
@observed
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    this = Round.model_validate(event)
    logger().append_keys(workspace=this.workspace, campaign_id=this.campaign_id)
    answer = dispatch(Caller.engine(this.workspace), this.campaign_id).dispatch(this)
    logger().info("round", **answer.model_dump(exclude_none=True))
    return answer.model_dump()
