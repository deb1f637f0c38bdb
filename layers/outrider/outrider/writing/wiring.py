"""Construction of the writer of a workspace, for functions that may not decrypt keys."""

from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.llm_providers.repository import LlmProviderRepository
from outrider.writing.availability import ProviderCache
from outrider.writing.port import Writer
from outrider.writing.remote import RemoteWriter


def model_writer(workspace: WorkspaceId) -> Writer | None:
    """Return the writer of a workspace with a provider of language models, or None. Rules write in
    the sandbox, where no model is asked."""
    return RemoteWriter(workspace, _invoke) if has_provider(workspace) else None


def has_provider(workspace: WorkspaceId) -> bool:
    """Return whether a model writes for the workspace; false for the sandbox."""
    return workspace.mode != "test" and providers.has_provider(workspace)


def _is_stored(workspace: WorkspaceId) -> bool:
    return bool(LlmProviderRepository(Table(settings().keys_table), workspace).all())


def _invoke(order: dict[str, Any]) -> Any:
    from outrider.kit.aws.functions import invoke  # noqa: PLC0415 - only with a provider

    return invoke(f"{settings().stack_name}-models_write", order)


providers = ProviderCache(_is_stored)
