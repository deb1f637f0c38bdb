"""Construction of the objects of `feedback`."""

from outrider.access.models import Caller
from outrider.campaigns.wiring import (
    campaign_repository,
    control,
    enrollment_repository,
    statistics,
)
from outrider.feedback.guardrails import Guardrails
from outrider.feedback.rejections import Rejections
from outrider.feedback.service import Feedback, FeedbackService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.mailboxes.wiring import health_reviews
from outrider.messages.repository import MessageRepository
from outrider.messages.transports.ses import message_id_of
from outrider.messages.wiring import (
    bounces,
    endings,
    marks,
    message_repository,
    opt_outs,
    sent_messages,
    settling,
)


def feedback_service() -> FeedbackService:
    return FeedbackService(
        sent=sent_messages(),
        messages=lambda workspace: MessageRepository(Table(settings().messages_table), workspace),
        feedback=feedback,
        message_id_of=message_id_of,
    )


def feedback(caller: Caller) -> Feedback:
    workspace = caller.workspace
    messages = message_repository(caller)
    campaigns = campaign_repository(workspace)
    return Feedback(
        settling=settling(caller),
        marks=marks(caller),
        bounces=bounces(caller),
        opt_outs=opt_outs(caller),
        rejections=Rejections(
            caller=caller,
            messages=messages,
            enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
            statistics=lambda campaign_id: statistics(workspace, campaign_id),
            endings=endings(caller),
        ),
        guardrails=Guardrails(
            caller=caller,
            campaigns=campaigns,
            statistics=lambda campaign_id: statistics(workspace, campaign_id),
            control=control(caller),
            reviews=health_reviews(caller),
        ),
    )
