"""Factories of the services of `access`."""

from outrider.access.models import Caller
from outrider.access.repository import ApiKeyRepository, WorkspaceRepository
from outrider.access.service import AccountService, ApiKeyService, WorkspaceService
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def workspaces() -> WorkspaceService:
    return WorkspaceService(WorkspaceRepository(_table()))


def account(caller: Caller) -> AccountService:
    return AccountService(caller, WorkspaceRepository(_table()))


def api_keys(caller: Caller) -> ApiKeyService:
    return ApiKeyService(caller, ApiKeyRepository(_table(), caller.workspace))


def _table() -> Table:
    return Table(settings().keys_table)
