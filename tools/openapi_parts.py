"""Shared components of the OpenAPI document: headers and the problem document."""

from typing import Any

from outrider.kit.http.requests import IF_MATCH
from tools.error_codes import error_codes

Schema = dict[str, Any]


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


SPENDING = frozenset({"research_contact", "research_lead", "send_chat_message"})
"""Operations that may spend credits."""
SPENDING_HEADERS: Schema = {
    "X-Credits-Used": {
        "description": "The credits that this call took",
        "schema": {"type": "integer"},
    },
    "X-Credits-Remaining": {
        "description": "The credits that are available after it; not where none could be taken",
        "schema": {"type": "integer"},
    },
}
HEADERS: Schema = {
    "X-Request-Id": {"description": "Names this request in our logs", "schema": {"type": "string"}},
    "RateLimit-Policy": {
        "description": "The limits of the key: quota `q` in a window of `w` seconds",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left: `r` calls now, all of them in `t` seconds",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "The resource's `version`, in quotes: give it as If-Match",
        "schema": {"type": "string"},
    },
    "Idempotent-Replayed": {
        "description": "`true` when this is the answer that an earlier request with the same"
        " Idempotency-Key got",
        "schema": {"type": "string"},
    },
    **SPENDING_HEADERS,
}
IF_MATCH_HEADER: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Change only this `version`, else answer 412; `*` is any",
    "schema": {"type": "string", "pattern": IF_MATCH},
}
IF_NONE_MATCH: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an answer that you kept: if it is still the document, the answer"
    " is 304 without a body",
    "schema": {"type": "string"},
}
NOT_MODIFIED: Schema = {
    "description": "The document is the one that `If-None-Match` names",
    "headers": {
        "ETag": {
            "description": "Names the document: give it as If-None-Match",
            "schema": {"type": "string"},
        }
    },
}
IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of 1 to 255 printable characters, new for each new request: the same"
    " request with the same key is carried out once in 72 hours, and always gets the first answer",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
PROBLEM: Schema = {
    "title": "Problem",
    "description": "An error (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "errors", "request_id", "docs_url"],
    "properties": {
        "type": _text("A URI that names the kind of error"),
        "title": _text("The kind of error, in words"),
        "status": {"type": "integer", "description": "The HTTP status"},
        "code": {
            "type": "string",
            "enum": sorted(code.code for code in error_codes()),
            "description": "The kind of error, for programs; never changes",
        },
        "detail": _text("What is wrong with this request"),
        "errors": {
            "type": "array",
            "description": "Every violation found in the input",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": _text(
                        "A JSON Pointer into the body, /query/<parameter>, or /headers/<name>"
                    ),
                    "detail": _text("What is wrong there"),
                },
            },
        },
        "request_id": _text("Names this request in our logs"),
        "docs_url": _text("Where this error is explained"),
    },
}
