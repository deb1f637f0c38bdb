"""Writing with the model of a workspace, for the function that may decrypt its key."""

from outrider.access.models import WorkspaceId
from outrider.language_models.errors import ProviderNotConfigured
from outrider.llm_providers.wiring import language_model, model_choice
from outrider.writing.model_writer import ModelWriter
from outrider.writing.remote import SECONDS, WritingOrder, WritingResult, carry_out

_NONE = "The workspace has no key of a provider of language models"


def write(order: WritingOrder) -> WritingResult:
    """Write what was ordered with the model that the workspace uses."""
    workspace = WorkspaceId(order.workspace)
    try:
        provider = model_choice(workspace).provider
        if provider == "sandbox":
            return WritingResult(fault="not_configured", detail=_NONE)
        model = language_model(workspace, provider)
    except ProviderNotConfigured as error:
        return WritingResult(fault="not_configured", detail=error.detail)
    return carry_out(order, ModelWriter(model, provider, SECONDS[order.kind]))
