"""Construction of the services of `credits`."""

from outrider.access.models import Caller
from outrider.access.repository import WorkspaceRepository
from outrider.credits.repository import CreditRepository, DueCredits
from outrider.credits.service import CreditService
from outrider.credits.usage.wiring import usage_repository
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def credits(caller: Caller) -> CreditService:
    workspaces = WorkspaceRepository(Table(settings().keys_table))
    return CreditService(
        caller,
        CreditRepository(_table(), workspaces, caller.workspace),
        usage_repository(caller.workspace),
    )


def due_credits() -> DueCredits:
    return DueCredits(_table())


def _table() -> Table:
    return Table(settings().credits_table)
