"""Generate the API's description from the routes: `python -m tools.openapi [--check]`.

Writes functions/site/openapi.json (which docs/openapi.json names), functions/site/docs.html and
docs/endpoints.md; with --check writes nothing and fails when they are not what would be written.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from outrider.kit.http.edge import Route
from outrider.kit.http.requests import IF_MATCH
from outrider.kit.http.responses import HTML, JSON, PROBLEM_JSON, Answer, Content, is_versioned
from tools import docs_page, endpoints_page, routes, webhooks
from tools.error_codes import ErrorCode, error_codes
from tools.templates import REPOSITORY

SITE = REPOSITORY / "functions" / "site"
EXAMPLES = REPOSITORY / "docs" / "examples.json"
"""Calls of each operation with their answers, kept by tests/integration/test_story.py."""

_REF = "#/components/schemas/{model}"
_DESCRIPTION = """\
Sales outreach for your own AWS account. Send your key as `Authorization: Bearer otr_live_sk_…`;
a key that begins with `otr_test_sk_` reaches only sandbox data. Lists are paged: pass `next_cursor`
as `cursor` for the next page. Errors are problem documents (RFC 9457) with a stable `code`.
Every answer to a key carries `RateLimit-Policy` and `RateLimit`; 429 carries `Retry-After`, and
waiting that long succeeds.

What does not reach the product is answered by API Gateway, with `{"message": "…"}` for a body: 413
where a body has more than 10 MB, 414 or 431 where the request line and the values of the headers
have more than 10,240 bytes together, 429 where the account's APIs get more requests than it may
have, 503 where an answer took longer than 30 seconds: whether the request was carried out is not
known then, and the same `Idempotency-Key` makes it safe to repeat."""

Schema = dict[str, Any]


class TwoModelsOfOneName(Exception):
    """Models of different modules share a name: one of them needs another."""


def document() -> Schema:
    """The OpenAPI 3.1 document of every route."""
    found = [(name, route) for name, api in routes.apis().items() for route in api.routes]
    schemas, models = _schemas([route for _, route in found])
    paths: dict[str, Schema] = {}
    for name, route in sorted(found, key=lambda each: each[1].path):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            name, route, schemas, models
        )
    described: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": "Outrider",
            "version": _version(),
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": _tag(name)} for name in sorted({name for name, _ in found})],
        "paths": paths,
        "webhooks": webhooks.section(),
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "bearerFormat": "otr_live_sk_…"}
            },
            "headers": _HEADERS,
            "parameters": webhooks.parameters(),
            "responses": {
                str(status): _problem(status, codes) for status, codes in _by_status().items()
            },
            "schemas": {"Problem": _PROBLEM},
        },
    }
    used, received = _used(described, models), webhooks.schemas()
    own = described["components"]["schemas"]
    if doubled := sorted((used.keys() & received.keys()) | ((used | received).keys() & own.keys())):
        raise TwoModelsOfOneName(", ".join(doubled))
    described["components"]["schemas"] = own | used | received
    return _with_named_pages(described)


def files() -> dict[Path, str]:
    """Return the text of each generated file."""
    described = document()
    return {
        SITE / "openapi.json": json.dumps(described, indent=2, ensure_ascii=False) + "\n",
        SITE / "docs.html": docs_page.render(described, error_codes()),
        REPOSITORY / "docs" / "endpoints.md": endpoints_page.render(described),
    }


def outdated() -> list[str]:
    """Return the generated files that differ from what would be written, by their paths."""
    return [
        str(path.relative_to(REPOSITORY))
        for path, text in files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        for name in (old := outdated()):
            print(f"{name} is out of date: run python -m tools.openapi", file=sys.stderr)
        return 1 if old else 0
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


def _schemas(all_routes: list[Route]) -> tuple[dict[tuple[int, str], Schema], dict[str, Schema]]:
    """The schema of each route's query, body and result, and the models they refer to."""
    adapters = list(_adapters(all_routes))
    schemas, defined = TypeAdapter.json_schemas(
        [((id(route), part), mode, adapter) for route, part, mode, adapter in adapters],
        ref_template=_REF,
    )
    definitions: dict[str, Schema] = defined.get("$defs", {})
    doubled = sorted(name for name in definitions if "__" in name)
    if doubled:
        raise TwoModelsOfOneName(", ".join(doubled))
    return {key: schema for (key, _), schema in schemas.items()}, definitions


def _adapters(all_routes: list[Route]) -> Iterator[tuple[Route, str, Any, TypeAdapter[Any]]]:
    for route in all_routes:
        if route.query:
            yield route, "query", "validation", TypeAdapter(route.query)
        if route.body:
            yield route, "body", "validation", route.body
        if route.result not in (Answer, Content):
            yield route, "result", "serialization", TypeAdapter(route.result)


def _used(value: Any, models: dict[str, Schema]) -> dict[str, Schema]:
    """The models that `value` refers to, and those that they refer to."""
    used: dict[str, Schema] = {}
    waiting = [value]
    while waiting:
        for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(waiting.pop())):
            if name in models and name not in used:
                used[name] = models[name]
                waiting.append(models[name])
    return dict(sorted(used.items()))


def _with_named_pages(described: Schema) -> Schema:
    """With `ContactList` for what pydantic calls `Page_Contact_`."""
    renamed: Schema = json.loads(re.sub(r"\bPage_(\w+?)_(?=\")", r"\1List", json.dumps(described)))
    return renamed


def _operation(
    name: str, route: Route, schemas: dict[tuple[int, str], Schema], models: dict[str, Schema]
) -> Schema:
    operation: Schema = {
        "operationId": route.handler.__name__,
        "summary": route.summary,
        "tags": [_tag(name)],
    }
    if route.scopes:
        needed = " and ".join(f"`{scope}`" for scope in route.scopes)
        operation["description"] = (
            f"Needs the scope{'s' if len(route.scopes) > 1 else ''} {needed}."
        )
        operation["x-scopes"] = list(route.scopes)
        operation["security"] = [{"key": []}]
    else:
        operation["security"] = []
    calls = _examples().get(route.handler.__name__, [])
    parameters = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
        for each in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.query:
        parameters += _query_parameters(models[route.query.__name__])
    if route.takes_if_match:
        parameters.append(_IF_MATCH)
    if route.may_be_repeated:
        parameters.append(_IDEMPOTENCY_KEY)
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        content: Schema = {"schema": schemas[id(route), "body"], **_shown(calls, "body")}
        operation["requestBody"] = {"required": True, "content": {JSON: content}}
    operation["responses"] = {
        str(route.status): _answer(route, schemas.get((id(route), "result")), calls),
        **{
            str(status): {"$ref": f"#/components/responses/{status}"}
            for status in _errors_of(route)
        },
    }
    if not route.scopes and parameters:
        page = {"description": "A page that says so", "content": {HTML: {}}}
        operation["responses"] |= {"404": page, "503": page}
    return operation


def _query_parameters(schema: Schema) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            **({"description": described} if (described := each.get("description")) else {}),
            "schema": _without_null(each),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _without_null(schema: Schema) -> Schema:
    """A parameter that may be left out is never null."""
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    kept = choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    own = {name: value for name, value in schema.items() if name != "anyOf"}
    return {
        name: value
        for name, value in {**own, **kept}.items()
        if name not in ("title", "description") and (name, value) != ("default", None)
    }


def _answer(route: Route, schema: Schema | None, calls: list[Schema]) -> Schema:
    if schema is None:
        if route.status == 302:
            location = {"schema": {"type": "string"}, "description": "Where it leads"}
            return {"description": route.summary, "headers": {"Location": location}}
        media = route.media or (JSON if route.path.endswith(".json") else HTML)
        return {"description": "The document", "content": {media: {}}}
    content = {"schema": schema, **_shown(calls, "answer")}
    answer: Schema = {"description": route.summary, "content": {JSON: content}}
    if route.scopes:
        left_out = {
            "ETag": not is_versioned(route.result),
            "Idempotent-Replayed": not route.may_be_repeated,
            **dict.fromkeys(_SPENDING_HEADERS, route.handler.__name__ not in _SPENDING),
        }
        names = [name for name in _HEADERS if not left_out.get(name)]
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return answer


@cache
def _examples() -> dict[str, list[Schema]]:
    found: dict[str, list[Schema]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def _shown(calls: list[Schema], part: str) -> Schema:
    examples = {
        f"call{number}": {"summary": call["path"], "value": call[part]}
        for number, call in enumerate(calls, 1)
    }
    return {"examples": examples} if examples else {}


def _errors_of(route: Route) -> list[int]:
    if not route.scopes:
        return [500]
    statuses = {401, 403, 422, 429, 500, 503, *route.errors}
    statuses |= {404} if "{" in route.path else set()
    statuses |= {412} if route.takes_if_match else set()
    statuses |= {413} if route.body else set()
    statuses |= {402} if route.handler.__name__ in _SPENDING else set()
    statuses |= {409} if route.method != "GET" else set()
    return sorted(statuses)


def _by_status() -> dict[int, list[ErrorCode]]:
    grouped: dict[int, list[ErrorCode]] = {}
    for code in error_codes():
        grouped.setdefault(code.status, []).append(code)
    return dict(sorted(grouped.items()))


def _problem(status: int, codes: list[ErrorCode]) -> Schema:
    answer: Schema = {
        "description": "; ".join(f"`{code.code}`: {code.title}" for code in codes),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        answer["headers"] = {
            "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}
        }
    return answer


def _version() -> str:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _tag(function: str) -> str:
    name = function.replace("_", " ").replace("api keys", "API keys")
    return name[0].upper() + name[1:]


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


_SPENDING = frozenset({"research_contact"})
"""Operations that may take credits."""
_SPENDING_HEADERS: Schema = {
    "X-Credits-Used": {
        "description": "The credits that this call took",
        "schema": {"type": "integer"},
    },
    "X-Credits-Remaining": {
        "description": "The credits that are available after it; not where none could be taken",
        "schema": {"type": "integer"},
    },
}
_HEADERS: Schema = {
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
    **_SPENDING_HEADERS,
}
_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Change only this `version`, else answer 412; `*` is any",
    "schema": {"type": "string", "pattern": IF_MATCH},
}
_IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of 1 to 255 printable characters, new for each new request: the same"
    " request with the same key is carried out once in 72 hours, and always gets the first answer",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_PROBLEM: Schema = {
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
