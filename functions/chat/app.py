"""/v1/chat and /v1/llm-providers/{provider}/test: what calls a language model while a request
waits"""

import time

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.agents.chat.schemas import ChatAnswer, ChatMessage
from outrider.agents.chat.wiring import chat
from outrider.kit.settings import Environment, needs
from outrider.llm_providers.errors import known
from outrider.llm_providers.schemas import LlmProviderTest
from outrider.llm_providers.wiring import provider_probe

_SECONDS = 24.0
"""How long a caller waits at most: API Gateway gives up after 30 s."""

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.agents_table,
    Environment.credits_table,
    Environment.contacts_table,
    Environment.stack_name,
    Environment.secrets_key_id,
    Environment.agent_runs_queue_url,
)(api.handler)


@api.post("/v1/chat", scope="chat", status=200, errors=(404, 502))
def send_chat_message(caller: Caller, body: ChatMessage) -> ChatAnswer:
    """Send a message to an agent, which answers or goes on in the background"""
    ends = time.monotonic() + _SECONDS

    def seconds_left() -> float:
        return ends - time.monotonic()

    return chat(caller, seconds_left).send(body, lambda: seconds_left() > _SECONDS / 4)


@api.post("/v1/llm-providers/{provider}/test", scope="llm:write", status=200)
def test_llm_provider(caller: Caller, provider: str) -> LlmProviderTest:
    """Send a provider of language models one small request and return its outcome"""
    return provider_probe(caller).run(known(provider))
