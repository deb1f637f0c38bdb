"""Google's Gemini API."""

import httpx2
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.settings import ModelSettings


def generate_content(
    name: str, api_key: str, base_url: str, client: httpx2.AsyncClient
) -> GoogleModel:
    provider = GoogleProvider(api_key=api_key, base_url=base_url, http_client=client)
    return GoogleModel(name, provider=provider, settings=ModelSettings(max_retries=0))
