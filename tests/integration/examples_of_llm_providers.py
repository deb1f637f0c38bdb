"""Example calls of providers of language models."""

from outrider.language_models.catalogue import PROVIDERS
from tests.harness.api import Api
from tests.integration.example import Example
from tests.integration.webhooks import NOBODY

A_PROVIDER = {"api_key": "sk-0123456789abcdef", "base_url": NOBODY}
"""At an address where nobody answers."""


def a_provider(api: Api) -> str:
    api.put("/v1/llm-providers/openai", A_PROVIDER)
    return "openai"


def another_provider(api: Api) -> str:
    stored = {each["id"] for each in api.get("/v1/llm-providers").json["data"]}
    name = next(each for each in PROVIDERS if each not in stored)
    api.put(f"/v1/llm-providers/{name}", A_PROVIDER)
    return name


LLM_PROVIDERS = {
    "GET /v1/llm-providers": Example(2, make=another_provider),
    "GET /v1/llm-providers/{provider}": Example(2, make=a_provider, shared=True),
    # Those that are stored, then the change.
    "PUT /v1/llm-providers/{provider}": Example(3, A_PROVIDER, make=a_provider, shared=True),
    "DELETE /v1/llm-providers/{provider}": Example(2, make=a_provider, shared=True),
    "POST /v1/llm-providers/{provider}/test": Example(2, make=a_provider, shared=True),
}
