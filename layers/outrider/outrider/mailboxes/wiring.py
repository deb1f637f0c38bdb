"""Wiring of the `mailboxes` package: builds its services and repositories."""

from outrider.access.models import Caller, WorkspaceId
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.kms import Cipher, Safe
from outrider.kit.settings import settings
from outrider.mailboxes.health.reviews import HealthReviews
from outrider.mailboxes.inboxes import Inboxes
from outrider.mailboxes.ownership.claims import AddressClaims
from outrider.mailboxes.ownership.repository import OwnershipRepository
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.mailboxes.repository import MailboxRepository
from outrider.mailboxes.service import MailboxService
from outrider.mailboxes.smtp import SmtpSessions
from outrider.mailboxes.smtp_slots import Places


def mailboxes(caller: Caller) -> MailboxService:
    return MailboxService(
        caller,
        mailbox_repository(caller.workspace),
        PoolRepository(_table(), caller.workspace),
        health_reviews(caller),
        _safe(caller.workspace),
        AddressClaims(ownerships(caller.workspace), settings().mailbox_ownership == "first"),
        local=settings().stage == "local",
    )


def health_reviews(caller: Caller) -> HealthReviews:
    return HealthReviews(caller, mailbox_repository(caller.workspace))


def mailbox_repository(workspace: WorkspaceId) -> MailboxRepository:
    return MailboxRepository(_table(), workspace)


def ownerships(workspace: WorkspaceId) -> OwnershipRepository:
    return OwnershipRepository(_table(), workspace)


def smtp_places(workspace: WorkspaceId) -> Places:
    return Places(_table(), workspace, settings().smtp_places)


def inboxes() -> Inboxes:
    return Inboxes(_table())


def smtp_sessions(workspace: WorkspaceId) -> SmtpSessions:
    return SmtpSessions(_safe(workspace), loopback=settings().stage == "local")


def _safe(workspace: WorkspaceId) -> Safe:
    return Safe(Cipher(settings().secrets_key_id), workspace, "mailbox")


def _table() -> Table:
    return Table(settings().campaigns_table)
