"""Generator of the OpenAPI document: `python -m tools.openapi [--check]`.

It writes functions/site/openapi.json (which docs/openapi.json links to) and beside it the documents
of the surfaces, pages/, llms.txt and llms-full.txt; docs/endpoints.md; and the tools and pages of
the MCP server. With --check it writes nothing, and fails if a file is out of date.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from outrider.kit.http.responses import HTML, JSON, Answer, TextContent, is_versioned
from outrider.kit.http.routes import Route
from tools import (
    descriptions,
    docs_site,
    endpoints_page,
    examples,
    llms,
    mcp,
    pages,
    routes,
    webhooks,
)
from tools.descriptions import Descriptions
from tools.error_codes import error_codes
from tools.openapi_errors import by_status, errors_of, problem
from tools.openapi_parts import (
    HEADERS,
    IDEMPOTENCY_KEY,
    IF_MATCH_HEADER,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    PROBLEM,
    SPENDING,
    SPENDING_HEADERS,
)
from tools.schemas import (
    REF,
    WHEN_LEFT_OUT,
    ApiSchemas,
    TwoModelsOfOneName,
    name_filters,
    say_defaults,
    simplify,
    with_named_modes,
)
from tools.templates import REPOSITORY

SITE = REPOSITORY / "functions" / "site"

_DESCRIPTION = """\
Sales outreach for your own AWS account. Send your key as `Authorization: Bearer otr_live_sk_…`;
a key that begins with `otr_test_sk_` reaches only sandbox data. Lists are paged: pass `next_cursor`
as `cursor` for the next page. Errors are problem documents (RFC 9457) with a stable `code`.
Wherever there is GET, HEAD answers the same headers without the body.
Every answer to a key carries `RateLimit-Policy` and `RateLimit`; 429 carries `Retry-After`, and
waiting that long succeeds.

What does not reach the product is answered by API Gateway, with `{"message": "…"}` for a body: 413
where a body has more than 10 MB, 414 or 431 where the request line and the values of the headers
have more than 10,240 bytes together, 429 where the account's APIs get more requests than it may
have, 503 where an answer took longer than 30 seconds: whether the request was carried out is not
known then, and the same `Idempotency-Key` makes it safe to repeat."""

_TEXTS = (JSON, HTML)
"""Media types that client generators can read; others are only mentioned in the description."""

Schema = dict[str, Any]


def document() -> Schema:
    """Return the OpenAPI 3.1 document of all routes."""
    return _made()[0]


@cache
def _made() -> tuple[Schema, Descriptions]:
    """Return the document and the descriptions used in it."""
    found = [(name, route) for name, api in routes.apis().items() for route in api.routes]
    texts = descriptions.load()
    schemas, models = schemas_of([route for _, route in found])
    paths: dict[str, Schema] = {}
    for name, route in sorted(found, key=lambda each: each[1].path):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            name, route, schemas, models, texts
        )
    described: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": "Outrider",
            "version": version(),
            "description": _DESCRIPTION,
            "contact": {"name": "The operator of this deployment"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The deployment that serves this document"}],
        "tags": [
            {"name": tag, "description": texts.of("tags", tag)}
            for tag in sorted({_tag(name, route) for name, route in found} | {webhooks.TAG})
        ],
        "paths": paths,
        "webhooks": webhooks.section(),
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "otr_live_sk_…",
                    "description": "An API key, as `Authorization: Bearer otr_live_sk_…`",
                }
            },
            "headers": HEADERS,
            "parameters": webhooks.parameters(),
            "responses": {
                str(status): problem(status, codes) for status, codes in by_status().items()
            },
            "schemas": {},
        },
    }
    described["components"]["schemas"] = _components(described, models)
    described = with_plain_names(described, models)
    components = described["components"]
    components["responses"] = used_in(described, "responses", components["responses"])
    simplify(components["schemas"])
    texts.describe(components["schemas"])
    for name, schema in components["schemas"].items():
        schema["title"] = name
    return described, texts


def _components(described: Schema, models: dict[str, Schema]) -> dict[str, Schema]:
    """Return the schemas that the document refers to."""
    partial = [
        operations["patch"]["requestBody"]
        for operations in described["paths"].values()
        if "requestBody" in operations.get("patch", {})
    ]
    name_filters(models)
    say_defaults(models, set(used_in(partial, "schemas", models)))
    own, received = {"Problem": PROBLEM}, webhooks.schemas()
    used = used_in(described, "schemas", models)
    if doubled := sorted((used.keys() & received.keys()) | ((used | received).keys() & own.keys())):
        raise TwoModelsOfOneName(", ".join(doubled))
    return own | used | received


def files() -> dict[Path, str]:
    """Return the text of each generated file."""
    from tools import openapi_surfaces  # noqa: PLC0415 - it uses this module

    described, codes = document(), error_codes()
    surfaces = {name: openapi_surfaces.document(name) for name in routes.surfaces()}
    endpoints = endpoints_page.render(described)
    sources = pages.sources({"endpoints": endpoints})
    tools = mcp.tools(described, routes.serving())
    return {
        SITE / "openapi.json": json.dumps(described, indent=2, ensure_ascii=False) + "\n",
        SITE / "llms.txt": llms.render(described, codes, sources),
        SITE / "llms-full.txt": llms.render_full(described, codes, sources, tools),
        REPOSITORY / "docs" / "endpoints.md": endpoints,
        **{SITE / name: text for name, text in openapi_surfaces.files().items()},
        mcp.TOOLS: mcp.render(tools),
        pages.PAGES: pages.render(sources),
        **docs_site.files({"outrider": described, **surfaces}, codes, {"endpoints": endpoints}),
    }


def outdated() -> list[str]:
    """Return the paths of generated files that are out of date."""
    return [
        str(path.relative_to(REPOSITORY))
        for path, text in files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        for name in (old := outdated()):
            print(f"{name} is out of date: run python -m tools.openapi", file=sys.stderr)
        return 1 if _report_descriptions() or old else 0
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 1 if _report_descriptions() else 0


def _report_descriptions() -> bool:
    """Print missing and unused descriptions, and return whether there are any."""
    _, texts = _made()
    for each in texts.missing:
        print(f"{each} has no description: write one in its docstring or in {descriptions.FILE}")
    for each in texts.unused:
        print(f"{each} is in {descriptions.FILE} and describes nothing")
    return bool(texts.missing or texts.unused)


def schemas_of(all_routes: list[Route]) -> tuple[dict[tuple[int, str], Schema], dict[str, Schema]]:
    """Return the schemas of each route's query, body and result, and the models that they refer
    to."""
    adapters = list(_adapters(all_routes))
    schemas, defined = TypeAdapter.json_schemas(
        [((id(route), part), mode, adapter) for route, part, mode, adapter in adapters],
        ref_template=REF,
        schema_generator=ApiSchemas,
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
        if route.result not in (Answer, TextContent):
            yield route, "result", "serialization", TypeAdapter(route.result)


def used_in(value: Any, kind: str, components: dict[str, Schema]) -> dict[str, Schema]:
    """Return the components of one kind that `value` refers to, directly or indirectly."""
    used: dict[str, Schema] = {}
    waiting = [value]
    while waiting:
        for name in re.findall(rf'"#/components/{kind}/([\w-]+)"', json.dumps(waiting.pop())):
            if name in components and name not in used:
                used[name] = components[name]
                waiting.append(components[name])
    return dict(sorted(used.items()))


def with_plain_names(described: Schema, models: dict[str, Schema]) -> Schema:
    """Return the document with readable model names: `ContactList` instead of pydantic's
    `Page_Contact_`, and separate names for the request and response forms of a model."""
    text = json.dumps(described)
    for name, plain in with_named_modes(models).items():
        text = re.sub(rf'(?<=["/]){name}(?=")', plain, text)
    renamed: Schema = json.loads(re.sub(r"\bPage_(\w+?)_(?=\")", r"\1List", text))
    return renamed


def _operation(
    name: str,
    route: Route,
    schemas: dict[tuple[int, str], Schema],
    models: dict[str, Schema],
    texts: Descriptions,
) -> Schema:
    operation_id = route.handler.__name__
    text = texts.of("operations", operation_id)
    operation: Schema = {
        "operationId": operation_id,
        "summary": route.summary,
        "description": f"{text} {scopes_needed(route.scopes)}".strip(),
        "tags": [_tag(name, route)],
        "security": [{"key": []}] if route.scopes else [],
    }
    if route.scopes:
        operation["x-scopes"] = list(route.scopes)
    calls = examples.of(operation_id)
    if parameters := parameters_of(route, models, texts):
        operation["parameters"] = parameters
    if route.body:
        schema, required = _body(schemas[id(route), "body"])
        content: Schema = {"schema": schema, **examples.shown(calls, "body")}
        operation["requestBody"] = {
            "description": "The request, as JSON" + ("" if required else "; may be left out"),
            "required": required,
            "content": {JSON: content},
        }
    operation["responses"] = {
        str(status): _answer(route, schemas.get((id(route), "result")), calls)
        for status in ([200, route.status] if route.may_exist else [route.status])
    }
    operation["responses"] |= {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in errors_of(route)
    }
    if 304 in route.errors:
        operation["responses"][str(304)] = NOT_MODIFIED
    if not route.scopes and "{" in route.path and "404" not in operation["responses"]:
        page = {"description": "A page that says so", "content": {HTML: {}}}
        operation["responses"] |= {"404": page, "503": page}
    return operation


def scopes_needed(scopes: Sequence[str]) -> str:
    if not scopes:
        return "Needs no key."
    needed = " and ".join(f"`{scope}`" for scope in scopes)
    return f"Needs the scope{'s' if len(scopes) > 1 else ''} {needed}."


def parameters_of(route: Route, models: dict[str, Schema], texts: Descriptions) -> list[Schema]:
    parameters = [
        {
            "name": each,
            "in": "path",
            "required": True,
            "description": texts.of("parameters", each),
            "schema": {"type": "string"},
        }
        for each in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.query:
        parameters += _query_parameters(models[route.query.__name__], texts)
    if 304 in route.errors:
        parameters.append(IF_NONE_MATCH)
    if route.takes_if_match:
        parameters.append(IF_MATCH_HEADER)
    if route.may_be_repeated:
        parameters.append(IDEMPOTENCY_KEY)
    return parameters


def _body(schema: Schema) -> tuple[Schema, bool]:
    """Return the schema of a request body, and whether a body is required: one that may be null may
    be left out."""
    return schema, {"type": "null"} not in schema.get("anyOf", [])


def _query_parameters(schema: Schema, texts: Descriptions) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "description": each.get("description")
            or texts.of("fields", f"{schema['title']}.{name}", name),
            "schema": _without_null(each),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _without_null(schema: Schema) -> Schema:
    """Return the schema without null, because an optional parameter is left out instead."""
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    kept = choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    own = {name: value for name, value in schema.items() if name != "anyOf"}
    if WHEN_LEFT_OUT in own:
        own["default"] = own.pop(WHEN_LEFT_OUT)
    return {name: value for name, value in {**own, **kept}.items() if name != "description"}


def _answer(route: Route, schema: Schema | None, calls: list[Schema]) -> Schema:
    if schema is None:
        if route.status == 302:
            location = {"schema": {"type": "string"}, "description": "Where it leads"}
            return {"description": route.summary, "headers": {"Location": location}}
        media = route.media or (JSON if route.path.endswith(".json") else HTML)
        if route.method == "HEAD" or media not in _TEXTS:
            return {"description": f"{route.summary}: {media}"}
        form = {"type": "object" if media == JSON else "string"}
        return {"description": "The document", "content": {media: {"schema": form}}}
    content = {"schema": schema, **examples.shown(calls, "answer")}
    answer: Schema = {"description": route.summary, "content": {JSON: content}}
    if route.scopes:
        left_out = {
            "ETag": not is_versioned(route.result),
            "Idempotent-Replayed": not route.may_be_repeated,
            **dict.fromkeys(SPENDING_HEADERS, route.handler.__name__ not in SPENDING),
        }
        names = [name for name in HEADERS if not left_out.get(name)]
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return answer


def version() -> str:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _tag(function: str, route: Route) -> str:
    """Return the tag of an operation: the first part of its function's name."""
    if function == "site":
        return "Service"
    if route.path.startswith("/v1/llm-providers"):
        return "Language models"
    name = "API keys" if function == "api_keys" else function.partition("_")[0]
    return name[0].upper() + name[1:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
