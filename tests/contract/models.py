"""A provider of language models on this machine, which says what a case has it say."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.harness.api import Api
from tests.language_models.dialects import DIALECTS
from tests.receivers import Peer, answering, receiver

ANTHROPIC = DIALECTS[2]
JSON = "Content-Type: application/json\r\n"


@contextmanager
def speaking(api: Api, *script: bytes) -> Iterator[None]:
    """Have a provider on this machine answer so, one request after another."""
    answers = iter(script)

    def answer(peer: Peer) -> None:
        answering(body=next(answers), headers=JSON)(peer)

    with receiver(answer) as server:
        body = {"api_key": "sk-0123456789", "base_url": f"http://127.0.0.1:{server.port}"}
        stored = api.put("/v1/llm-providers/anthropic", body)
        assert stored.status == 200, stored.text
        yield
