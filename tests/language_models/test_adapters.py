"""Adapters of providers against loopback servers that speak their APIs."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from outrider.kit import json
from outrider.language_models.adapters.provider_model import ProviderModel
from outrider.language_models.models import (
    ModelTurn,
    TokenUsage,
    ToolCall,
    ToolDefinition,
    ToolTurn,
    Turn,
    UserTurn,
)
from tests.language_models.dialects import DIALECTS, SIGNATURE, Dialect
from tests.receivers import Receiver, Script, answering, receiver

KEY = "sk-canary-0123456789"
JSON = "Content-Type: application/json\r\n"
TOOL = ToolDefinition(
    name="search_contacts",
    description="Search contacts",
    parameters={"type": "object", "properties": {"search": {"type": "string"}}},
)
ASKED = UserTurn(text="Who is Ada?")
every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
pytestmark = pytest.mark.xdist_group("SDKs of providers")


@contextmanager
def provider(dialect: Dialect, script: Script) -> Iterator[tuple[ProviderModel, Receiver]]:
    with receiver(script) as server:
        base_url = f"http://127.0.0.1:{server.port}"
        yield model_at(dialect, base_url), server


def model_at(dialect: Dialect, base_url: str) -> ProviderModel:
    return ProviderModel(
        provider=dialect.provider,
        name=dialect.model,
        api_key=KEY,
        base_url=base_url,
        compatible=dialect.compatible,
        loopback=True,
    )


def reply(model: ProviderModel, turns: Sequence[Turn] = (ASKED,), within: float = 5) -> ModelTurn:
    return model.reply("You are a clerk.", turns, [TOOL], timeout_seconds=within)


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@every_dialect
class TestReply:
    def test_returns_text_model_and_usage(self, dialect: Dialect) -> None:
        with provider(
            dialect, answering(body=dialect.body("She is at Lovelace."), headers=JSON)
        ) as (
            model,
            server,
        ):
            turn = reply(model)

        assert turn.text == "She is at Lovelace."
        assert turn.usage == TokenUsage(input_tokens=11, output_tokens=7)
        assert (turn.calls, bool(turn.model)) == ([], True)
        assert KEY.encode() in server.requests[0].partition(b"\r\n\r\n")[0]

    def test_sends_instructions_conversation_and_tools(self, dialect: Dialect) -> None:
        with provider(dialect, answering(body=dialect.body("Yes."), headers=JSON)) as (
            model,
            server,
        ):
            reply(model)

        sent = server.requests[0].partition(b"\r\n\r\n")[2].decode()
        assert json.loads(sent)
        for part in ("You are a clerk.", "Who is Ada?", "search_contacts", '"search"'):
            assert part in sent

    def test_gives_the_model_its_own_turn_back_unchanged(self, dialect: Dialect) -> None:
        call = ToolCall(id="call_1", name="search_contacts", arguments={"search": "Ada"})
        called = dialect.body(calls=[("call_1", "search_contacts", {"search": "Ada"})])
        with provider(dialect, answering(body=called, headers=JSON)) as (model, server):
            first = reply(model)
            kept = ModelTurn.model_validate_json(first.model_dump_json())
            result = ToolTurn(call_id="call_1", name="search_contacts", text='{"data":["Ada"]}')
            reply(model, [ASKED, kept, result])

        again = server.requests[1].decode()
        assert first.calls == [call]
        assert "call_1" in again
        assert "Ada" in again
        assert (SIGNATURE in again) is dialect.signs

    def test_passes_on_calls_of_unknown_tools(self, dialect: Dialect) -> None:
        called = dialect.body(calls=[("call_1", "drop_table", {})])
        with provider(dialect, answering(body=called, headers=JSON)) as (model, _):
            turn = reply(model)

        assert turn.calls == [ToolCall(id="call_1", name="drop_table", arguments={})]


class TestImports:
    def test_neither_pydantic_ai_nor_an_sdk_before_a_call(self) -> None:
        wiring = "outrider.llm_providers.wiring"
        assert imported(f"import {wiring}") == set()

    def test_only_the_sdk_of_the_provider_that_is_called(self) -> None:
        adapter = "outrider.language_models.adapters.openai"
        assert imported(f"import {adapter}") == {"pydantic_ai", "httpx2", "openai"}


def imported(code: str) -> set[str]:
    """Return which packages of those that only calls of models need are imported."""
    packages = ("pydantic_ai", "httpx2", "openai", "anthropic", "google.genai", "boto3", "mcp")
    shown = f"import sys; {code}; print(*(set({packages}) & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", shown], capture_output=True, check=True, text=True)
    return set(ran.stdout.split())
