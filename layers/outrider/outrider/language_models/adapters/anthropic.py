"""Anthropic's Messages API."""

import httpx2
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.settings import ModelSettings


def messages(name: str, api_key: str, base_url: str, client: httpx2.AsyncClient) -> AnthropicModel:
    provider = AnthropicProvider(api_key=api_key, base_url=base_url, http_client=client)
    return AnthropicModel(name, provider=provider, settings=ModelSettings(max_retries=0))
