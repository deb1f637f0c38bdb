"""Providers of language models: their names, addresses, default models, and what a chat with a
model costs."""

from collections.abc import Mapping
from typing import Literal, get_args

from outrider.language_models.models import ProviderName

Tier = Literal["standard", "advanced"]

PROVIDERS: tuple[ProviderName, ...] = get_args(ProviderName)

TITLES: Mapping[ProviderName, str] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Google Gemini",
    "bedrock": "Amazon Bedrock",
}
"""Names for people."""

DEFAULT_MODELS: Mapping[ProviderName, str] = {
    "openai": "gpt-6.1-terra",
    "anthropic": "claude-sonnet-5-5",
    "gemini": "gemini-3.8-flash",
    "bedrock": "global.anthropic.claude-sonnet-5-5",
}
"""Models of workspaces that name none: those that call tools well without being the dearest."""

_STANDARD = (
    *("gpt-5.6-luna", "gpt-6-luna", "gpt-6.1-terra", "gpt-oss-"),
    *("claude-haiku-", "claude-sonnet-"),
    *("gemini-3.1-flash-lite", "gemini-3.5-flash-lite", "gemini-3.8-flash"),
    *("nova-micro-", "nova-lite-", "nova-2-lite-", "ministral-3-"),
)
"""Beginnings of the names of models of the standard tier, without the publisher that Bedrock puts
in front."""

_BASE_URLS: Mapping[ProviderName, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
    "bedrock": "https://bedrock-runtime.{region}.{suffix}",
}


def tier(model: str) -> Tier:
    """Return the tier that a chat with this model is charged at; that of a model which is not in
    the table is `advanced`."""
    parts = model.split(".")
    names = (".".join(parts[place:]) for place in range(len(parts)))
    return "standard" if any(name.startswith(_STANDARD) for name in names) else "advanced"


def base_url(provider: ProviderName, region: str, url_suffix: str) -> str:
    """Return the address of the provider's own API; Bedrock's is in the AWS region `region`."""
    return _BASE_URLS[provider].format(region=region, suffix=url_suffix)
