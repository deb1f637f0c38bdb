"""Events about the workspace itself: its API keys, providers of language models and credits."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import ApiKeyId, Count, NotAlways, Payload, Timestamp

ProviderName = Literal["openai", "anthropic", "gemini", "bedrock"]


class ApiKeyCreatedData(Payload):
    """An API key was created."""

    event: ClassVar[EventName] = "api_key.created"

    api_key_id: ApiKeyId
    name: Annotated[str, Field(examples=["CI"])]
    expires_at: Timestamp | NotAlways = None
    """Omitted if the key does not expire."""
    rotated_from: ApiKeyId | NotAlways = None
    """The key that it replaces."""


class ApiKeyRevokedData(Payload):
    """An API key was revoked or rotated."""

    event: ClassVar[EventName] = "api_key.revoked"

    api_key_id: ApiKeyId
    at: Timestamp
    """When the key stops working; in the future during the overlap of a rotation."""
    rotated_to: ApiKeyId | NotAlways = None
    """The key that replaces it."""


class LlmProviderStoredData(Payload):
    """The API key of a provider of language models was stored, or replaced."""

    event: ClassVar[EventName] = "llm_provider.stored"

    provider: ProviderName
    """The provider."""
    model: Annotated[str, Field(examples=["gpt-6.1-terra"])]
    """The model that is used, by the provider's name for it."""
    base_url: Annotated[str, Field(examples=["https://llm.example.com/v1"])] | NotAlways = None
    """Address that is called instead of the provider's own; omitted if there is none."""


class LlmProviderDeletedData(Payload):
    """The API key of a provider of language models was deleted."""

    event: ClassVar[EventName] = "llm_provider.deleted"

    provider: ProviderName
    """The provider."""


class _AboutCredits(Payload):
    granted: Annotated[Count, Field(examples=[1000])]
    """Credits granted for the current billing period."""
    available: Annotated[Count, Field(examples=[100])]
    resets_at: Timestamp
    """When the next billing period begins."""


class CreditsLowData(_AboutCredits):
    """At most a tenth of the billing period's credits is left."""

    event: ClassVar[EventName] = "credits.low"


class CreditsDepletedData(_AboutCredits):
    """No credits of the billing period are left."""

    event: ClassVar[EventName] = "credits.depleted"


class CreditsResetData(_AboutCredits):
    """A new billing period began, and its credits were granted."""

    event: ClassVar[EventName] = "credits.reset"
