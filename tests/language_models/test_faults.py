"""What goes wrong at providers ends in a fault that says what to do, after one request, and in
nothing that the provider said."""

import logging
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from outrider.kit import json
from outrider.language_models.adapters import transport
from outrider.language_models.errors import Fault, ModelFailed
from outrider.language_models.models import ToolTurn
from tests.language_models.dialects import DIALECTS, Dialect
from tests.language_models.test_adapters import ASKED, JSON, KEY, model_at, provider, reply
from tests.receivers import Peer, Script, answering

SAID = "The key sk-canary-0123456789 asked: Who is Ada?"
pytestmark = pytest.mark.xdist_group("SDKs of providers")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a provider does, and what comes of it."""

    script: Callable[[Dialect], Script]
    fault: Fault
    says: str = ""
    within: float = 5


def status(code: int, reason: str, headers: str = "") -> Callable[[Dialect], Script]:
    return lambda dialect: answering(
        f"{code} {reason}", dialect.error_body(code, SAID), JSON + headers
    )


def body(text: str, headers: str = JSON) -> Callable[[Dialect], Script]:
    return lambda _: answering(body=text.encode(), headers=headers)


def stopped(stop: str) -> Callable[[Dialect], Script]:
    return lambda dialect: answering(body=dialect.body(stop=stop), headers=JSON)


def silent(_: Dialect) -> Script:
    def wait(peer: Peer) -> None:
        peer.ended.wait(5)

    return wait


def reset(peer: Peer) -> None:
    peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.socket.close()


def truncated(dialect: Dialect) -> Script:
    answer = dialect.body("She is at Lovelace.")
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n{JSON}\r\n"
    return lambda peer: peer.send(head.encode() + answer[:-20])


def truncated_in_chunks(dialect: Dialect) -> Script:
    answer = dialect.body("She is at Lovelace.")
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{JSON}\r\n{len(answer):x}\r\n"
    return lambda peer: peer.send(head.encode() + answer[:-20])


TROUBLES: Mapping[str, Trouble] = {
    "401": Trouble(status(401, "Unauthorized"), "key_refused", "refused the API key"),
    "403": Trouble(status(403, "Forbidden"), "key_refused", "refused the API key"),
    "402": Trouble(status(402, "Payment Required"), "request_refused", "no credit"),
    "404": Trouble(status(404, "Not Found"), "request_refused", "has no model"),
    "400": Trouble(status(400, "Bad Request"), "request_refused", "refused the request"),
    "422": Trouble(status(422, "Unprocessable"), "request_refused", "refused the request"),
    "429": Trouble(status(429, "Too Many Requests", "Retry-After: 7\r\n"), "rate_limited", "wait"),
    "500": Trouble(status(500, "Internal Server Error"), "overloaded", "try again later"),
    "503": Trouble(status(503, "Service Unavailable"), "overloaded", "try again later"),
    "529": Trouble(status(529, "Overloaded"), "overloaded", "try again later"),
    "redirect": Trouble(
        status(307, "Temporary Redirect", "Location: /elsewhere\r\n"), "answer_broken", "a redirect"
    ),
    "no answer": Trouble(silent, "timed_out", "in time", within=0.3),
    "reset": Trouble(lambda _: reset, "unreachable", "broke"),
    "truncated": Trouble(truncated, "unreachable", "broke"),
    "truncated in chunks": Trouble(truncated_in_chunks, "unreachable", "broke"),
    "a page": Trouble(body("<p>Hi</p>", "Content-Type: text/html\r\n"), "answer_broken", "no JSON"),
    "broken JSON": Trouble(body('{"id": "1", "conte'), "answer_broken"),
    "another object": Trouble(body('{"hello": "world"}'), "answer_broken"),
    "a list": Trouble(body("[]"), "answer_broken"),
    "null": Trouble(body("null"), "answer_broken"),
    "compressed": Trouble(body("x", f"{JSON}Content-Encoding: gzip\r\n"), "answer_broken"),
    "too long": Trouble(body(f'{{"x": "{"x" * 3_000}"}}'), "answer_broken", "more than"),
    "refusal": Trouble(stopped("refusal"), "content_refused", "refused to answer"),
    "empty": Trouble(stopped("end"), "answer_broken"),
    "cut": Trouble(stopped("length"), "answer_broken"),
}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setattr(transport, "MAX_RESPONSE", 2_000)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
def test_ends_in_a_fault_after_one_request(
    dialect: Dialect, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with (
        provider(dialect, trouble.script(dialect)) as (model, server),
        pytest.raises(ModelFailed) as raised,
    ):
        reply(model, within=trouble.within)

    failure = raised.value
    assert failure.fault == trouble.fault
    assert trouble.says in failure.detail
    assert server.connections == 1
    temporary = ("rate_limited", "overloaded", "timed_out", "unreachable")
    assert failure.is_temporary is (trouble.fault in temporary)
    assert (failure.__cause__, failure.__context__) == (None, None)
    told = f"{failure!r}{failure}{vars(failure)}{caplog.text}{model!r}"
    for secret in (KEY, "Who is Ada?", "canary"):
        assert secret not in told


def raised_by(dialect: Dialect, script: Script) -> ModelFailed:
    with provider(dialect, script) as (model, _), pytest.raises(ModelFailed) as raised:
        reply(model)
    return raised.value


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
@pytest.mark.parametrize(("asked", "passed_on"), [("7", "7"), ("86400", None), ("-1", None)])
def test_a_wait_is_passed_on_if_it_is_credible(
    dialect: Dialect, asked: str, passed_on: str | None
) -> None:
    failure = raised_by(
        dialect, status(429, "Too Many Requests", f"Retry-After: {asked}\r\n")(dialect)
    )

    assert failure.headers.get("Retry-After") == passed_on


class TestWordsOfOneProvider:
    def test_gemini_refuses_keys_with_400(self) -> None:
        details = [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        ]
        error = {"code": 400, "message": SAID, "status": "INVALID_ARGUMENT", "details": details}
        answer = answering("400 Bad Request", json.dumps({"error": error}), JSON)

        assert raised_by(DIALECTS[3], answer).fault == "key_refused"

    def test_openai_says_with_429_that_the_account_is_empty(self) -> None:
        error = {"message": SAID, "type": "insufficient_quota", "code": "insufficient_quota"}
        answer = answering("429 Too Many Requests", json.dumps({"error": error}), JSON)

        failure = raised_by(DIALECTS[0], answer)
        assert (failure.fault, failure.is_temporary) == ("request_refused", False)
        assert "no credit" in failure.detail

    def test_openai_says_with_400_that_the_conversation_is_too_long(self) -> None:
        error = {
            "message": SAID,
            "type": "invalid_request_error",
            "code": "context_length_exceeded",
        }
        answer = answering("400 Bad Request", json.dumps({"error": error}), JSON)

        assert "longer than the model" in raised_by(DIALECTS[0], answer).detail


class TestArguments:
    @pytest.mark.parametrize("dialect", DIALECTS[:2], ids=lambda each: each.name)
    @pytest.mark.parametrize("written", ['{"search": "Ad', "[1]", "Ada", '"Ada"'])
    def test_that_are_no_object_are_passed_on_as_text(self, dialect: Dialect, written: str) -> None:
        called = dialect.body(calls=[("call_1", "search_contacts", written)])
        with provider(dialect, answering(body=called, headers=JSON)) as (model, _):
            turn = reply(model)
            refused = ToolTurn(
                call_id="call_1", name="search_contacts", text="no object", is_error=True
            )
            again = reply(model, [ASKED, turn, refused])

        assert turn.calls[0].arguments == written
        assert again.calls == turn.calls


class TestAddress:
    @pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: each.name)
    def test_of_the_provider_itself_is_not_reached_from_a_test(self, dialect: Dialect) -> None:
        with pytest.raises(ModelFailed) as raised:
            reply(model_at(dialect, "https://api.provider.example/v1"))

        assert raised.value.fault == "unreachable"

    @pytest.mark.parametrize("url", ["http://api.provider.example", "https://10.0.0.1"])
    def test_must_be_public_and_https(self, url: str) -> None:
        with pytest.raises(ModelFailed) as raised:
            reply(model_at(DIALECTS[2], url))

        assert raised.value.fault == "unreachable"
