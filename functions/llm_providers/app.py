"""/v1/llm-providers"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.settings import Environment, needs
from outrider.llm_providers.errors import known
from outrider.llm_providers.schemas import LlmProviderDeleted, LlmProviderPut, LlmProviderView
from outrider.llm_providers.wiring import llm_providers

api = native_api()
handler = needs(Environment.keys_table, Environment.secrets_key_id)(api.handler)


@api.get("/v1/llm-providers", scope="llm:write")
def list_llm_providers(caller: Caller, query: PageQuery) -> Page[LlmProviderView]:
    """List the providers of language models with a stored key, by name; never the keys"""
    return llm_providers(caller).list(query)


@api.get("/v1/llm-providers/{provider}", scope="llm:write")
def get_llm_provider(caller: Caller, provider: str) -> LlmProviderView:
    """Get a provider of language models, without its key"""
    return llm_providers(caller).get(known(provider))


@api.put("/v1/llm-providers/{provider}", scope="llm:write")
def put_llm_provider(
    caller: Caller, provider: str, body: LlmProviderPut, if_match: int | None
) -> LlmProviderView:
    """Store the API key of a provider of language models, in place of the one before"""
    return llm_providers(caller).put(known(provider), body, if_match)


@api.delete("/v1/llm-providers/{provider}", scope="llm:write")
def delete_llm_provider(caller: Caller, provider: str, if_match: int | None) -> LlmProviderDeleted:
    """Delete a provider of language models and its key"""
    return llm_providers(caller).delete(known(provider), if_match)
