"""Section `webhooks` of the OpenAPI document, from which generators make receivers of events."""

from typing import Any

from outrider.events.envelope import Detail, WebhookPayload
from outrider.events.payloads import PAYLOADS
from outrider.events.payloads.base import Payload
from tools.events import data_schema, example, schema_of, when

Schema = dict[str, Any]

TAG = "Events"
_BODY = "WebhookPayload"
_HEADERS: dict[str, tuple[str, str]] = {
    "webhook-id": ("WebhookId", "The event's `id`: the same however often it comes"),
    "webhook-timestamp": ("WebhookTimestamp", "When it was sent, in seconds since 1970"),
    "webhook-signature": (
        "WebhookSignature",
        "`v1,<base64 HMAC-SHA256 of id.timestamp.body>`, several with spaces between while a secret"
        " is replaced (Standard Webhooks 1.0.0)",
    ),
}


def section() -> Schema:
    """Return the webhook operation of each event, by the event's name."""
    return {payload.event: {"post": _operation(payload)} for payload in PAYLOADS.values()}


def parameters() -> Schema:
    """Return the header parameters that all webhook operations refer to."""
    return {
        component: {
            "name": name,
            "in": "header",
            "required": True,
            "description": description,
            "schema": {"type": "string"},
        }
        for name, (component, description) in _HEADERS.items()
    }


def schemas() -> Schema:
    """Return the schemas of the request bodies: the envelope, and the `data` of each event."""
    envelope = schema_of(WebhookPayload)
    del envelope["additionalProperties"]  # the schema of the one event stands beside it
    data = {_data(payload): data_schema(payload) for payload in PAYLOADS.values()}
    return {_BODY: envelope, **{name: {"title": name, **each} for name, each in data.items()}}


def _data(payload: type[Payload]) -> str:
    return payload.__name__


def _operation(payload: type[Payload]) -> Schema:
    here = {
        "type": "object",
        "properties": {
            "event": {"const": payload.event},
            "data": {"$ref": f"#/components/schemas/{_data(payload)}"},
        },
    }
    only_elsewhere = Detail.model_fields.keys() - WebhookPayload.model_fields.keys()
    sent = {name: value for name, value in example(payload).items() if name not in only_elsewhere}
    content = {
        "schema": {"allOf": [{"$ref": f"#/components/schemas/{_BODY}"}, here]},
        "example": sent,
    }
    return {
        "operationId": f"on_{payload.event.replace('.', '_')}",
        "summary": payload.event,
        "tags": [TAG],
        "description": when(payload),
        "security": [],
        "parameters": [
            {"$ref": f"#/components/parameters/{component}"} for component, _ in _HEADERS.values()
        ],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {"2XX": {"description": "It was taken; anything else is tried again"}},
    }
