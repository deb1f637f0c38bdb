"""Errors of stored providers."""

from outrider.kit.errors import ResourceNotFound
from outrider.language_models.models import ProviderName


class LlmProviderNotFound(ResourceNotFound):
    def __init__(self, provider: ProviderName) -> None:
        super().__init__(
            f"No key of {provider} is stored in this workspace: store one with PUT "
            f"/v1/llm-providers/{provider}"
        )
