"""Renderer of docs/endpoints.md, the list of all endpoints."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_INTRODUCTION = """\
# Endpoints

Written by `python -m tools.openapi` from the routes. `GET /docs` of a running stack describes each
endpoint with its fields and examples; [openapi.json](openapi.json) is the same for programs. Send
the key as `Authorization: Bearer $KEY`; it needs the scopes of the last column
([what each allows](api-keys.md#scopes-and-roles)). Lists also take `limit` and `cursor`.
"""
_OF_EVERY_LIST = {"limit", "cursor"}


def render(document: Schema) -> str:
    """Return the page as Markdown: a table for each tag of the OpenAPI document."""
    parts = [_INTRODUCTION]
    for tag in document["tags"]:
        rows = "\n".join(_rows(document, tag["name"]))
        head = "| endpoint | does | parameters | scopes |\n|---|---|---|---|"
        parts.append(f"## {tag['name']}\n\n{head}\n{rows}\n")
    return "\n".join(parts)


def _rows(document: Schema, tag: str) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                cells = [
                    f"`{method.upper()} {path}`",
                    operation["summary"],
                    _code(_parameters(operation)),
                    _code(operation.get("x-scopes", [])) or "public",
                ]
                yield f"| {' | '.join(cells)} |"


def _parameters(operation: Schema) -> list[str]:
    return [
        each["name"]
        for each in operation.get("parameters", [])
        if each["in"] == "query" and each["name"] not in _OF_EVERY_LIST
    ]


def _code(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
