"""Worker that has replies classified by the model of a workspace where rules could not."""

from typing import Any

from outrider.access.models import Caller
from outrider.events.models import subject
from outrider.inbound.wiring import model_classifying
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs


@needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.stack_name,
)
@observed
def handler(event: dict[str, Any], _: object) -> None:
    workspace, message_id = subject(event, "message_id")
    outcome = model_classifying(Caller.engine(workspace)).classify(message_id)
    logger().info("reply", message_id=message_id, outcome=outcome)
