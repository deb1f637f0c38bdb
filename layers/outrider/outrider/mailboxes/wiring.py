"""Builds the objects of `mailboxes`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.kit.dynamo import Table
from outrider.kit.settings import settings
from outrider.mailboxes.repository import Inboxes, MailboxRepository
from outrider.mailboxes.service import MailboxService


def mailboxes(caller: Caller) -> MailboxService:
    return MailboxService(caller, mailbox_repository(caller.workspace))


def mailbox_repository(workspace: WorkspaceId) -> MailboxRepository:
    return MailboxRepository(_table(), workspace)


def inboxes() -> Inboxes:
    return Inboxes(_table())


def _table() -> Table:
    return Table(settings().require("campaigns_table"))
