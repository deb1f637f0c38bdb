"""Builds the objects of `mailboxes`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.kit.dynamo import Table
from outrider.kit.settings import settings
from outrider.mailboxes.repository import MailboxRepository
from outrider.mailboxes.service import MailboxService


def mailboxes(caller: Caller) -> MailboxService:
    return MailboxService(caller, mailbox_repository(caller.workspace))


def mailbox_repository(workspace: WorkspaceId) -> MailboxRepository:
    return MailboxRepository(Table(settings().require("campaigns_table")), workspace)
