"""Generator of the OpenAPI documents of the surfaces, each with its own paths, names and errors,
over the models of the same services."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from outrider.kit.http.responses import JSON
from outrider.kit.http.routes import Route
from outrider.surfaces.autoreach import form as autoreach
from outrider.surfaces.autoreach.names import swapped
from outrider.surfaces.outreachpilot.chat import PilotChatAnswer, PilotChatMessage
from outrider.surfaces.outreachpilot.schemas import Listed
from tools import descriptions, openapi, routes
from tools.descriptions import Descriptions
from tools.openapi_errors import errors_of
from tools.schemas import simplify

Schema = dict[str, Any]
_PREFIX = re.compile(r'(?<=["/])Pilot(?=[A-Z])')
"""Begins the names of models that clients know without it."""


def _texts(**texts: str) -> Schema:
    """Return the schema of an object with these texts, by their descriptions."""
    properties = {name: {"type": "string", "description": text} for name, text in texts.items()}
    return {"type": "object", "required": list(texts), "properties": properties}


_SENT = _texts(request_id="Names this request", timestamp="When it was answered (RFC 3339)")
_NUMBERS = {
    "credits_used": "The credits that this call took",
    "credits_remaining": "The credits left, as they were at most a second ago",
}
_OF_A_LIST = {
    "total": {"type": "integer", "description": "How many the list has"},
    "has_more": {"type": "boolean", "description": "Whether more follow"},
    "limit": {"type": "integer", "description": "How many at most"},
    "offset": {"type": "integer", "description": "How many were left out"},
}


@dataclass(frozen=True, slots=True)
class Description:
    """What the document of a surface says beside its routes."""

    title: str
    text: str
    error: Schema
    answer: Callable[[Route, Schema, Mapping[str, Schema]], Schema] = lambda _, schema, __: schema
    """Returns the schema of a response from that of its result."""
    name: Callable[[str], str] = lambda name: name
    """Returns the name of a field as clients know it."""
    statuses: Mapping[int, int] = field(default_factory=dict)
    """Status codes that differ from the native ones."""
    instead: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What routes that forward a request do not declare, by the name of their handler."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Descriptions of fields that have none in the code."""


def _envelope(route: Route, schema: Schema, models: Mapping[str, Schema]) -> Schema:
    meta = json.loads(json.dumps(_SENT))
    for name, text in _NUMBERS.items():
        meta["properties"][name] = {"type": "integer", "description": text}
    if getattr(route.result, "__pydantic_generic_metadata__", {}).get("origin") is Listed:
        schema = models[schema["$ref"].rpartition("/")[2]]["properties"]["data"]
        meta["properties"] |= _OF_A_LIST
    meta["required"] = list(meta["properties"])
    return {
        "type": "object",
        "required": ["ok", "data", "meta"],
        "properties": {
            "ok": {"const": True, "description": "Whether the call succeeded"},
            "data": {**schema, "description": "What was asked for"},
            "meta": {**meta, "description": "About this answer"},
        },
    }


DESCRIPTIONS = {
    "outreachpilot": Description(
        title="Outrider, for clients of OutreachPilot",
        text="The calls of OutreachPilot's API reference. Send any key of this deployment as"
        " `Authorization: Bearer otr_live_sk_…`. Every answer is an envelope.",
        error={
            "title": "Failure",
            "description": "An error.",
            "type": "object",
            "required": ["ok", "error", "meta"],
            "properties": {
                "ok": {"const": False, "description": "Whether the call succeeded"},
                "error": {
                    **_texts(
                        code="The kind of error, for programs; never changes",
                        message="The kind of error, in words",
                        details="What is wrong with this request",
                        docs_url="What to do about it",
                    ),
                    "description": "What went wrong",
                },
                "meta": {**_SENT, "description": "About this answer"},
            },
        },
        answer=_envelope,
        instead={
            "send_chat_message": {
                "scopes": ("chat",),
                "body": TypeAdapter(PilotChatMessage),
                "result": PilotChatAnswer,
                "errors": (402, 404, 409, 502),
            }
        },
        fields={
            "account_id": "The company that it is linked to",
            "companies": "Companies, in the order of the request",
            "contacts": "Contacts, in the order of the request",
            "credits_monthly": "The credits of a month",
            "credits_remaining": "The credits left",
            "credits_reset_at": "When the next month begins (RFC 3339)",
            "input_tokens": "Tokens that the model read",
            "message": "What you ask for, in your own words",
            "model": "Name of the language model",
            "output_tokens": "Tokens that the model wrote",
            "response": "The agent's words",
            "thread_id": "The thread, for the next message",
            "tool_calls": "What the agent did, in its order",
            "usage": "Tokens of the model",
            "not_shown": "Ids of what was written and does not fit into the answer",
            "plan_tier": "The plan of the workspace",
            "re_enroll": "Add it again if it has been through the campaign",
            "result": "`skipped` because it exists already, or `failed`",
            "upsert": "Update what exists already, by the address or the domain",
            "verified": "Whether the address was verified and found valid",
            "webhooks": "The webhooks that are delivered to",
        },
    ),
    "autoreach": Description(
        title="Outrider, for clients of AutoReach",
        text="The calls of AutoReach's API document, also under `/api/v1`. Send any key of this"
        " deployment as `Authorization: Bearer otr_live_sk_…`.",
        error={
            "title": "Failure",
            "description": "An error.",
            **_texts(error="The kind of error", message="What is wrong with this request"),
        },
        name=swapped,
        statuses=autoreach._STATUSES,
    ),
}


def files() -> dict[str, str]:
    """Return the text of each document by the name of its file."""
    return {
        f"openapi-{name}.json": json.dumps(document(name), indent=2, ensure_ascii=False) + "\n"
        for name in routes.surfaces()
    }


def document(name: str) -> Schema:
    """Return the OpenAPI 3.1 document of a surface."""
    return _made(name)[0]


def undescribed(name: str) -> list[str]:
    """Return what the document of a surface does not describe."""
    return _made(name)[1].missing


@cache
def _made(name: str) -> tuple[Schema, Descriptions]:
    """Return the document of a surface and the descriptions used in it."""
    described, texts = DESCRIPTIONS[name], descriptions.load()
    found = [
        replace(route, **described.instead.get(route.handler.__name__, {}))
        for route in sorted(routes.surfaces()[name].routes, key=lambda route: route.path)
    ]
    schemas, models = openapi.schemas_of(found)
    paths: dict[str, Schema] = {}
    for route in found:
        operation = _operation(route, schemas, models, texts, described)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    made: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": described.title,
            "version": openapi.version(),
            "description": described.text,
        },
        "servers": [{"url": "/", "description": "The deployment that serves this document"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {},
        },
    }
    used = openapi.used_in(made, "schemas", models)
    made["components"]["schemas"] = {"Failure": described.error, **used}
    made = openapi.with_plain_names(made, models)
    components = made["components"]["schemas"]
    simplify(components)
    for component in components.values():
        for each, schema in descriptions.fields(component):
            if each in described.fields:
                schema.setdefault("description", described.fields[each])
    texts.describe(components)
    _rename(made, described.name)
    plain: Schema = json.loads(_PREFIX.sub("", json.dumps(made)))
    return plain, texts


def _operation(
    route: Route,
    schemas: Mapping[tuple[int, str], Schema],
    models: dict[str, Schema],
    texts: Descriptions,
    described: Description,
) -> Schema:
    operation: Schema = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "description": openapi.scopes_needed(route.scopes),
        "tags": [re.sub(r"^/api/(v1/)?", "", route.path).partition("/")[0]],
        "security": [{"key": []}],
        "x-scopes": list(route.scopes),
    }
    if parameters := openapi.parameters_of(route, models, texts):
        operation["parameters"] = parameters
    if route.body:
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": schemas[id(route), "body"]}},
        }
    answer = described.answer(route, schemas[id(route), "result"], models)
    done = {"description": route.summary, "content": {JSON: {"schema": answer}}}
    statuses = [200, route.status] if route.may_exist else [route.status]
    failure = {"schema": {"$ref": "#/components/schemas/Failure"}}
    refused = sorted({described.statuses.get(each, each) for each in errors_of(route)})
    operation["responses"] = {str(status): done for status in statuses} | {
        str(status): {"description": "An error", "content": {JSON: failure}} for status in refused
    }
    return operation


def _rename(value: Any, name: Callable[[str], str]) -> None:
    """Rename the fields of all schemas below `value`, and the parameters of queries."""
    if isinstance(value, list):
        for each in value:
            _rename(each, name)
    elif isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            value["properties"] = {name(each): of for each, of in value["properties"].items()}
            if "required" in value:
                value["required"] = [name(each) for each in value["required"]]
        if value.get("in") == "query":
            value["name"] = name(value["name"])
        for each in value.values():
            _rename(each, name)
