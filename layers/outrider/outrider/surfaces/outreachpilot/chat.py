"""Chat: the request goes on to the function that speaks with language models, which authenticates,
counts and carries it out; its answer is translated."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from outrider.kit import json
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer
from outrider.kit.models import Model
from outrider.surfaces.outreachpilot.form import OutreachPilotForm

_PATH = "/v1/chat"
_SENT = ("authorization", "content-type", "idempotency-key")
_OURS = {"content-type", "x-request-id"}
"""Headers of an answer that the form sets itself."""

Event = dict[str, Any]


class PilotChatMessage(Model):
    """A message to an agent."""

    message: str
    thread_id: str | None = None


class PilotChatUsage(Model):
    """Tokens of the model."""

    input_tokens: int
    output_tokens: int


class PilotChatAnswer(Model):
    """The answer of an agent."""

    response: str
    thread_id: str | None
    tool_calls: list[dict[str, JsonValue]]
    model: str
    usage: PilotChatUsage


def event_of(request: Request) -> Event:
    """Return the API Gateway event (payload format 2.0) for the native call."""
    return {
        "version": "2.0",
        "routeKey": f"POST {_PATH}",
        "rawPath": _PATH,
        "rawQueryString": request.query_string,
        "headers": {name: request.headers[name] for name in _SENT if name in request.headers},
        "requestContext": {
            "domainName": request.host,
            "http": {"method": "POST", "path": _PATH},
            "requestId": request.request_id,
            "stage": "$default",
        },
        "body": request.body.decode(errors="replace"),
        "isBase64Encoded": False,
    }


def translated(answer: Mapping[str, Any]) -> Answer:
    """Return the response for an answer of the native call."""
    headers = {name: text for name, text in answer["headers"].items() if name.lower() not in _OURS}
    status, body = answer["statusCode"], json.loads(answer["body"])
    form = OutreachPilotForm()
    if status >= 400:
        found = [f"{each['pointer'] or '/'}: {each['detail']}" for each in body["errors"]]
        details = "; ".join(found) or body["detail"]
        return form.refusal(status, body["code"], body["title"], details, headers)
    del body["object"]
    done = form.result(body, status)
    return Answer(done.status, done.body, done.media, headers)
