"""/v1/llm-providers/{provider}/test: what calls a language model while a request waits"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.llm_providers.errors import known
from outrider.llm_providers.schemas import LlmProviderTest
from outrider.llm_providers.wiring import provider_probe

api = native_api()
handler = needs(Environment.keys_table, Environment.secrets_key_id)(api.handler)


@api.post("/v1/llm-providers/{provider}/test", scope="llm:write", status=200)
def test_llm_provider(caller: Caller, provider: str) -> LlmProviderTest:
    """Send a provider of language models one small request and return its outcome"""
    return provider_probe(caller).run(known(provider))
