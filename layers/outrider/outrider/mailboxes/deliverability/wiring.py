"""Wiring of the `mailboxes.deliverability` package."""

from outrider.access.models import Caller
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.mailboxes.deliverability.service import DeliverabilityService
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.mailboxes.repository import MailboxRepository


def deliverability(caller: Caller) -> DeliverabilityService:
    table = Table(settings().campaigns_table)
    return DeliverabilityService(
        PoolRepository(table, caller.workspace), MailboxRepository(table, caller.workspace)
    )
