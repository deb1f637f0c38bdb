"""Builds the objects of `feedback`."""

from outrider.access.models import Caller
from outrider.campaigns.wiring import (
    campaign_repository,
    control,
    endings,
    enrollment_repository,
    statistics,
)
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.bounces import GlobalBounces
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.feedback.bounces import Bounces
from outrider.feedback.guardrails import Guardrails
from outrider.feedback.rejections import Rejections
from outrider.feedback.service import Feedback, FeedbackService
from outrider.kit.dynamo import Table
from outrider.kit.settings import settings
from outrider.mailboxes.wiring import health_reviews, mailbox_repository
from outrider.messages.lists import MessageLists
from outrider.messages.repository import MessageRepository
from outrider.messages.transports.ses import message_id_of
from outrider.messages.wiring import (
    marks,
    message_repository,
    opt_outs,
    sent_messages,
    settling,
)


def feedback_service() -> FeedbackService:
    return FeedbackService(
        sent=sent_messages(),
        messages=lambda workspace: MessageRepository(_table("messages_table"), workspace),
        feedback=feedback,
        message_id_of=message_id_of,
    )


def feedback(caller: Caller) -> Feedback:
    workspace = caller.workspace
    messages = message_repository(caller)
    campaigns = campaign_repository(workspace)
    mailboxes = mailbox_repository(workspace)
    contacts = _table("contacts_table")
    return Feedback(
        settling=settling(caller),
        marks=marks(caller),
        bounces=Bounces(
            caller=caller,
            contacts=ContactRepository(contacts, workspace),
            suppressions=SuppressionRepository(contacts, workspace),
            elsewhere=GlobalBounces(contacts, workspace),
            messages=messages,
            lists=MessageLists(messages),
            mailboxes=mailboxes,
            statistics=lambda campaign_id: statistics(workspace, campaign_id),
            endings=endings(caller),
        ),
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


def _table(name: str) -> Table:
    return Table(settings().require(name))
