"""Example requests and responses of operations, in the OpenAPI document."""

import json
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tools.templates import REPOSITORY

EXAMPLES = REPOSITORY / "docs" / "examples.json"
"""Example requests and responses by operation, written by tests/integration/test_story.py."""

Schema = dict[str, Any]


def of(operation_id: str) -> list[Schema]:
    """Return the example calls of an operation."""
    return _all().get(operation_id, [])


@cache
def _all() -> dict[str, list[Schema]]:
    found: dict[str, list[Schema]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def shown(calls: list[Schema], part: str) -> Schema:
    """Return the examples of a `body` or an `answer`, for its media type object."""
    found: Schema = {}
    for call in (each for each in calls if each[part] is not None):
        given = _given(call)
        name = "_".join(["with", *given]) if given else part
        name = f"{name}_{len(found) + 1}" if name in found else name
        summary = f"With {', '.join(given)}" if given else f"The {part} of {call['path']}"
        found[name] = {"summary": summary, "value": call[part]}
    return {"examples": found} if found else {}


def _given(call: Schema) -> list[str]:
    """Return what names a call: the first fields of its body and the parameters of its query."""
    fields = list(call["body"] if isinstance(call["body"], dict) else ())[:3]
    return [*fields, *dict(parse_qsl(urlsplit(call["path"]).query))]
