"""Errors of stored providers."""

from outrider.kit.errors import ResourceNotFound
from outrider.language_models.catalogue import PROVIDERS
from outrider.language_models.models import ProviderName


class LlmProviderNotFound(ResourceNotFound):
    """No key of the provider is stored."""

    def __init__(self, provider: ProviderName) -> None:
        super().__init__(
            f"No key of {provider} is stored in this workspace: store one with PUT "
            f"/v1/llm-providers/{provider}"
        )


class UnknownProvider(ResourceNotFound):
    """There is no provider of this name."""

    def __init__(self) -> None:
        super().__init__(f"The providers are {', '.join(PROVIDERS)}, and no others")


def known(name: str) -> ProviderName:
    """Return the provider of this name. Raises UnknownProvider."""
    for provider in PROVIDERS:
        if provider == name:
            return provider
    raise UnknownProvider
