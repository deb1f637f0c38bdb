"""Requests and responses of /v1/llm-providers."""

from typing import Annotated, Literal, Self

from pydantic import Field

from outrider.credits.models import price
from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.kit.outbound.targets import MAX_URL
from outrider.language_models.catalogue import tier
from outrider.language_models.errors import Fault
from outrider.language_models.models import ProviderName
from outrider.llm_providers.models import LlmProvider

ApiKeyText = Annotated[
    str,
    Field(
        min_length=8,
        max_length=4_096,  # bytes that KMS encrypts at once
        pattern=r"^[!-~]+$",
        examples=["sk-proj-5b1c8f0e2a7d9K2f"],
        json_schema_extra={"writeOnly": True},
    ),
]
ModelName = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_:@-]*([./][A-Za-z0-9_:@-]+)*$",
        examples=["gpt-6.1-terra"],
    ),
]


class LlmProviderPut(Input):
    """The key is stored encrypted and never returned. Whatever is omitted gets its default, also if
    the provider was stored before."""

    api_key: ApiKeyText = Field(repr=False)
    """The provider's API key: 8 to 4,096 visible ASCII characters."""
    model: ModelName | None = None
    """The model to use, by the provider's name for it."""
    base_url: (
        Annotated[str, Field(max_length=MAX_URL, examples=["https://llm.example.com/v1"])] | None
    ) = None
    """Address to call instead of the provider's own, if the operator of this stack allows it. For
    `openai` it is that of a server that is compatible with OpenAI's Chat Completions API."""
    is_default: Literal[True] | None = None
    """Use this provider from now on. Without it, the one that was used goes on being used."""


class LlmProviderView(Model):
    """A provider of language models with a stored key."""

    id: ProviderName
    """The name of the provider."""
    object: Literal["llm_provider"] = "llm_provider"
    model: str
    """The model that is used, by the provider's name for it."""
    base_url: str | None
    """Address that is called instead of the provider's own."""
    key_hint: str
    """The last four characters of the API key."""
    is_default: bool
    """Whether chats, agent runs and drafts use this provider."""
    credits_per_chat: int
    """What a chat with this model costs."""
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, stored: LlmProvider, *, is_default: bool) -> Self:
        """Return what is shown of a stored provider."""
        return cls(
            id=stored.provider,
            **stored.model_dump(include=set(cls.model_fields)),
            is_default=is_default,
            credits_per_chat=price("chat", tier(stored.model)),
        )


class LlmProviderDeleted(Model):
    """A provider whose key was deleted."""

    id: ProviderName
    """The name of the provider."""
    object: Literal["llm_provider"] = "llm_provider"
    deleted: Literal[True] = True


class LlmProviderTest(Model):
    """Outcome of one request to the provider."""

    object: Literal["llm_provider_test"] = "llm_provider_test"
    ok: bool
    """Whether the model answered."""
    model: str
    """The model that answered, as the provider names it, or the one that was asked."""
    latency_ms: int
    """Time from the request to the end of the answer."""
    fault: Fault | None = None
    """Why there is no answer; null if there is one."""
    detail: str | None = None
    """What is wrong, and what to do; null if the model answered."""
