"""Construction of the services of `credits.usage`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.credits.usage.counter import CallCounter
from outrider.credits.usage.repository import CountedCalls, UsageRepository
from outrider.credits.usage.service import UsageService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def usage(caller: Caller) -> UsageService:
    return UsageService(usage_repository(caller.workspace))


def counter() -> CallCounter:
    return CallCounter(CountedCalls(_table()), usage_repository)


def usage_repository(workspace: WorkspaceId) -> UsageRepository:
    return UsageRepository(_table(), workspace)


def _table() -> Table:
    return Table(settings().credits_table)
