"""Builds the objects of `messages`."""

from outrider.access.models import Caller
from outrider.access.repository import WorkspaceRepository
from outrider.campaigns.wiring import campaign_repository, enrollment_repository, statistics
from outrider.contacts.repository import ContactRepository
from outrider.contacts.suppressions.repository import SuppressionRepository
from outrider.kit.dynamo import Table
from outrider.kit.public_url import public_url
from outrider.kit.queues import Queue
from outrider.kit.settings import settings
from outrider.mailboxes.wiring import mailbox_repository
from outrider.messages.marks import Marks
from outrider.messages.repository import MessageRepository, SentMessages
from outrider.messages.snapshot import SnapshotReader
from outrider.messages.steps import StepService
from outrider.messages.transports import Transport
from outrider.messages.transports.sandbox import SandboxTransport
from outrider.messages.transports.ses import SesTransport
from outrider.sequences.repository import SequenceRepository


def steps(caller: Caller, campaign_id: str) -> StepService:
    workspace = caller.workspace
    campaigns = campaign_repository(workspace)
    enrollments = enrollment_repository(workspace, campaign_id)
    contacts = ContactRepository(_table("contacts_table"), workspace)
    mailboxes = mailbox_repository(workspace)
    messages = MessageRepository(_table("messages_table"), workspace)
    return StepService(
        caller=caller,
        reader=SnapshotReader(
            workspaces=WorkspaceRepository(_table("keys_table")),
            campaigns=campaigns,
            sequences=SequenceRepository(_table("campaigns_table"), workspace),
            enrollments=enrollments,
            contacts=contacts,
            mailboxes=mailboxes,
            messages=messages,
            base_url=public_url(),
        ),
        enrollments=enrollments,
        contacts=contacts,
        suppressions=SuppressionRepository(_table("contacts_table"), workspace),
        mailboxes=mailboxes,
        messages=messages,
        counters=campaigns.counters(campaign_id),
        transport=_transport(caller),
        steps=Queue(settings().require("steps_queue_url")),
    )


def marks(caller: Caller) -> Marks:
    workspace = caller.workspace
    return Marks(
        caller=caller,
        messages=MessageRepository(_table("messages_table"), workspace),
        enrollments=lambda campaign_id: enrollment_repository(workspace, campaign_id),
        statistics=lambda campaign_id: statistics(workspace, campaign_id),
    )


def sent_messages() -> SentMessages:
    return SentMessages(_table("messages_table"))


def _transport(caller: Caller) -> Transport:
    """Test keys reach nobody."""
    if caller.workspace.mode == "test":
        return SandboxTransport()
    return SesTransport(caller.workspace.public)


def _table(name: str) -> Table:
    return Table(settings().require(name))
