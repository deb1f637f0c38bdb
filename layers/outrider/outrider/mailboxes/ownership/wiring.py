"""Wiring of the `mailboxes.ownership` package."""

from functools import partial

from outrider.access.models import Caller
from outrider.access.wiring import workspaces
from outrider.kit.aws import operator_mail
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.mailboxes.checks.dns import Dns
from outrider.mailboxes.ownership.claims import Lapses
from outrider.mailboxes.ownership.repository import CodeRepository
from outrider.mailboxes.ownership.service import GrantService, OwnershipService
from outrider.mailboxes.wiring import mailbox_repository, ownerships, smtp_sessions


def verifications(caller: Caller) -> OwnershipService:
    workspace, sender = caller.workspace, settings().verification_sender
    return OwnershipService(
        caller,
        mailbox_repository(workspace),
        ownerships(workspace),
        CodeRepository(Table(settings().campaigns_table), workspace),
        smtp_sessions(workspace),
        partial(Dns.of, settings().dns_server),
        partial(operator_mail.send, sender) if sender else None,
    )


def lapses(caller: Caller) -> Lapses:
    return Lapses(caller, ownerships(caller.workspace), partial(Dns.of, settings().dns_server))


def grants(request_id: str) -> GrantService:
    return GrantService(request_id, workspaces(), ownerships)
