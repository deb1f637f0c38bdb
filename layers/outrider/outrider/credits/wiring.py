"""Builds the objects of `credits`."""

from outrider.access.models import Caller
from outrider.access.repository import WorkspaceRepository
from outrider.credits.repository import CreditRepository, DueCredits
from outrider.credits.service import CreditService
from outrider.credits.usage.repository import UsageRepository
from outrider.kit.dynamo import Table
from outrider.kit.settings import settings


def credits(caller: Caller) -> CreditService:
    table = _table()
    workspaces = WorkspaceRepository(Table(settings().require("keys_table")))
    return CreditService(
        caller,
        CreditRepository(table, workspaces, caller.workspace),
        UsageRepository(table, caller.workspace),
    )


def due_credits() -> DueCredits:
    return DueCredits(_table())


def _table() -> Table:
    return Table(settings().require("credits_table"))
