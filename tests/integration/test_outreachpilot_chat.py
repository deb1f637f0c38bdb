"""Chat in OutreachPilot's form: what goes on to the function `chat`, and what comes back of it."""

import json
from typing import Any

import pytest

from outrider.kit.aws import functions
from outrider.kit.errors import ServiceUnavailable
from tests.harness.api import ANONYMOUS, Api
from tests.integration.test_every_surface_route import KEY

DONE = {
    "object": "chat_answer",
    "response": "Found ten",
    "thread_id": "cht_1",
    "tool_calls": [],
    "model": "scripted",
    "usage": {"input_tokens": 7, "output_tokens": 9},
}


class Chat:
    """Plays the function `chat`."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answer: dict[str, Any] | Exception = {}
        self.says(200, DONE, {"X-Credits-Used": "1", "X-Credits-Remaining": "99"})

    def says(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        sent = {"Content-Type": "application/json", "X-Request-Id": "x", **(headers or {})}
        self.answer = {"statusCode": status, "body": json.dumps(body), "headers": sent}

    def invoke(self, name: str, event: dict[str, Any]) -> Any:
        assert name.endswith("-chat")
        self.events.append(event)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Chat:
    played = Chat()
    monkeypatch.setattr(functions, "invoke", played.invoke)
    return played


def send(api: Api, **options: Any) -> Any:
    return api.post("/api/v1/chat", {"message": "Find me 10"}, **options)


class TestChat:
    def test_passes_the_request_on_as_it_is(self, api: Api, chat: Chat) -> None:
        send(api, headers=KEY)

        (event,) = chat.events
        assert (event["routeKey"], event["rawPath"]) == ("POST /v1/chat", "/v1/chat")
        assert json.loads(event["body"]) == {"message": "Find me 10"}
        assert event["headers"] == {
            "authorization": f"Bearer {api.workspace().live_key}",
            "content-type": "application/json",
            **KEY,
        }

    def test_shows_the_answer_and_its_credits(self, api: Api, chat: Chat) -> None:
        answer = send(api)

        shown = {name: value for name, value in DONE.items() if name != "object"}
        assert (answer.status, answer.json["data"]) == (200, shown)
        assert answer.json["meta"]["request_id"] == f"req_{answer.headers['X-Request-Id']}"
        assert (answer.json["meta"]["credits_used"], answer.headers["X-Credits-Used"]) == (1, "1")
        assert answer.json["meta"]["credits_remaining"] == 99

    def test_shows_errors_in_the_envelope(self, api: Api, chat: Chat) -> None:
        problem = {"title": "Not enough", "detail": "1 is needed", "errors": []}
        chat.says(402, {**problem, "code": "INSUFFICIENT_CREDITS"})
        short = send(api)
        chat.answer = ServiceUnavailable(headers={"Retry-After": "1"})
        away = send(api, key=ANONYMOUS)

        assert (short.status, short.json["error"]) == (
            402,
            {
                "code": "INSUFFICIENT_CREDITS",
                "message": "Not enough",
                "details": "1 is needed",
                "docs_url": "/docs#insufficient_credits",
            },
        )
        assert (away.status, away.json["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
