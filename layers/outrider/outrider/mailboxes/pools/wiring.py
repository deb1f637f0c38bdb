"""Wiring of the `mailboxes.pools` package."""

from outrider.access.models import Caller
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.mailboxes.pools.service import PoolService
from outrider.mailboxes.repository import MailboxRepository


def pools(caller: Caller) -> PoolService:
    table = Table(settings().campaigns_table)
    return PoolService(
        caller,
        PoolRepository(table, caller.workspace),
        MailboxRepository(table, caller.workspace),
    )
