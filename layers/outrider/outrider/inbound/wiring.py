"""Wiring of the `inbound` package: builds its services."""

from functools import partial

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.wiring import (
    campaign_repository,
    company_replies,
    enrollment_repository,
    statistics,
)
from outrider.contacts.repository import ContactRepository
from outrider.feedback.wiring import feedback
from outrider.inbound.classification.correction import Classifying
from outrider.inbound.classification.decisions import ReplyDecisions
from outrider.inbound.classification.opinions import ModelClassifying
from outrider.inbound.replies.effects import Effects
from outrider.inbound.replies.matching import Matching
from outrider.inbound.replies.recording import Replies
from outrider.inbound.replies.unmatched import UnmatchedMails
from outrider.inbound.service import InboundService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.mailboxes.wiring import inboxes
from outrider.messages.lists import MessageLists
from outrider.messages.repository import MessageRepository
from outrider.messages.transports.ses import message_id_of
from outrider.messages.wiring import (
    endings,
    message_repository,
    opt_outs,
    sent_messages,
    settling,
)
from outrider.sequences.repository import SequenceRepository
from outrider.writing.wiring import model_writer


def inbound() -> InboundService:
    return InboundService(
        matching=Matching(
            sent=sent_messages(),
            inboxes=inboxes(),
            contacts=lambda workspace: ContactRepository(
                Table(settings().contacts_table), workspace
            ),
            lists=_lists,
            named_by_provider=message_id_of(""),
        ),
        replies=_replies,
        feedback=feedback,
        settling=settling,
        unmatched=UnmatchedMails(Table(settings().messages_table)),
    )


def classifying(caller: Caller) -> Classifying:
    return Classifying(caller, message_repository(caller), _decisions(caller), opt_outs(caller))


def model_classifying(caller: Caller) -> ModelClassifying:
    return ModelClassifying(
        message_repository(caller), _decisions(caller), partial(model_writer, caller.workspace)
    )


def _decisions(caller: Caller) -> ReplyDecisions:
    return ReplyDecisions(caller, message_repository(caller), _effects(caller))


def _replies(caller: Caller) -> Replies:
    return Replies(caller, message_repository(caller), opt_outs(caller), _effects(caller))


def _effects(caller: Caller) -> Effects:
    workspace = caller.workspace
    return Effects(
        caller=caller,
        messages=message_repository(caller),
        contacts=ContactRepository(Table(settings().contacts_table), workspace),
        campaigns=campaign_repository(workspace),
        sequences=SequenceRepository(Table(settings().campaigns_table), workspace),
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        statistics=lambda campaign_id: statistics(workspace, campaign_id),
        companies=lambda campaign_id: company_replies(workspace, campaign_id),
        endings=endings(caller),
    )


def _lists(workspace: WorkspaceId) -> MessageLists:
    return MessageLists(MessageRepository(Table(settings().messages_table), workspace))
