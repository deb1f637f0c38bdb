"""Worker that records the feedback events of Amazon SES: deliveries, bounces, complaints."""

from typing import Any

from outrider.feedback.notices import Notice
from outrider.feedback.wiring import feedback_service
from outrider.kit.aws.sqs import handle_records
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs


@needs(
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
)
@observed
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return handle_records(event, _receive)


def _receive(event: dict[str, Any]) -> None:
    notice = Notice.of(event["detail"])
    message = feedback_service().receive(notice) if notice else None
    logger().info(
        "feedback",
        kind=notice.kind if notice else None,
        provider_id=notice.provider_id if notice else None,
        message_id=message.id if message else None,
    )
