"""OpenAI: the Responses API, and Chat Completions for servers that are compatible with it."""

import httpx2
from pydantic_ai.models.openai import (
    OpenAIChatModel,
    OpenAIResponsesModel,
    OpenAIResponsesModelSettings,
)
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings


def responses(
    name: str, api_key: str, base_url: str, client: httpx2.AsyncClient
) -> OpenAIResponsesModel:
    """Return the model at OpenAI, which is told not to store the conversation."""
    return OpenAIResponsesModel(
        name,
        provider=OpenAIProvider(base_url=base_url, api_key=api_key, http_client=client),
        settings=OpenAIResponsesModelSettings(openai_store=False, max_retries=0),
    )


def chat_completions(
    name: str, api_key: str, base_url: str, client: httpx2.AsyncClient
) -> OpenAIChatModel:
    """Return the model at a server that is compatible with OpenAI's Chat Completions API."""
    provider = OpenAICompatibleProvider(
        "openai-compatible", base_url=base_url, api_key=api_key, http_client=client
    )
    return OpenAIChatModel(name, provider=provider, settings=ModelSettings(max_retries=0))
