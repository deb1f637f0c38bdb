"""Construction of the operator's service."""

from outrider.access.operator.repository import WorkspaceKeys
from outrider.access.operator.service import OperatorService
from outrider.access.wiring import api_keys, workspaces
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def operator(request_id: str) -> OperatorService:
    table = Table(settings().keys_table)
    return OperatorService(
        request_id, workspaces(), api_keys, lambda workspace_id: WorkspaceKeys(table, workspace_id)
    )
