"""Generator of the tools of the MCP server, from the operations of the OpenAPI document.

A tool has the name, texts, fields and result of its operation: the fields of path, query and body
are its arguments. What routes do not say is in `mcp.yaml`: which operations are no tools, and what
those with POST do.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import yaml

from tools.templates import REPOSITORY

FILE = REPOSITORY / "tools" / "mcp.yaml"
TOOLS = REPOSITORY / "layers" / "outrider" / "outrider" / "mcp" / "tools.json"

MOST_ROWS = 100
"""Maximum items of a batch, so that its result stays below the limit of a tool's result."""

Schema = dict[str, Any]
_COMPONENTS, _DEFINITIONS = "#/components/schemas/", "#/$defs/"
_REFERENCE = re.compile(r'"#/\$defs/([\w-]+)"')
_ANY_VALUE: Schema = {
    "anyOf": [{"type": kind} for kind in ("string", "number", "boolean", "null", "array", "object")]
}
"""What a schema without any keyword says too, in words that each client knows."""
_SAID_OF_ALL = ("title", "description", "default", "examples", "readOnly", "writeOnly")
_HEADERS: dict[str, tuple[str, Schema]] = {
    "If-Match": (
        "if_match",
        {
            "type": "integer",
            "minimum": 1,
            "description": "Change the resource only if this is its `version`",
        },
    ),
    "Idempotency-Key": (
        "idempotency_key",
        {
            "type": "string",
            "pattern": "^[!-~]{1,255}$",
            "description": "New for each new request. A call that is repeated with the same key is"
            " carried out once, and gets the first result",
        },
    ),
}


def tools(document: Schema, functions: Mapping[str, str]) -> list[Schema]:
    """Return the tools by name. `functions` are the names of the functions that serve the
    operations."""
    components = _as_definitions(document["components"]["schemas"])
    made = [
        _tool(method.upper(), path, _as_definitions(operation), components, functions)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation["operationId"] not in notes()["left_out"]
    ]
    made.sort(key=lambda tool: str(tool["name"]))
    _require_decisions(made)
    return made


def render(tools: Sequence[Schema]) -> str:
    """Return the tools as JSON."""
    lines = ",\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
    return f"[\n{lines}\n]\n"


def _require_decisions(made: Sequence[Schema]) -> None:
    """Raise ValueError with each action that is not listed once as destructive or additive, and
    each name that is listed and is no action."""
    actions = {
        tool["name"]
        for tool in made
        if tool["method"] == "POST" and not tool["annotations"]["readOnlyHint"]
    }
    listed = [*notes()["destructive"], *notes()["additive"]]
    if undecided := sorted(actions - set(listed)):
        raise ValueError(f"{FILE.name} lists as destructive or additive: {', '.join(undecided)}?")
    if unknown := sorted(set(listed) - actions):
        raise ValueError(f"{FILE.name} lists what is no action: {', '.join(unknown)}")


@cache
def notes() -> dict[str, Any]:
    """Return the content of `mcp.yaml`."""
    read: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return read


def is_read_only(method: str, scopes: list[str]) -> bool:
    """Return whether an operation changes nothing: a POST with reading scopes only computes."""
    return method == "GET" or all(scope.endswith(":read") for scope in scopes)


def _tool(
    method: str,
    path: str,
    operation: Schema,
    components: Mapping[str, Schema],
    functions: Mapping[str, str],
) -> Schema:
    name = operation["operationId"]
    return {
        "name": name,
        "title": operation["summary"],
        "description": f"{operation['summary']}. {operation['description']}",
        "scopes": operation["x-scopes"],
        "function": functions[name],
        "method": method,
        "path": path,
        "query": [
            each["name"] for each in operation.get("parameters", []) if each["in"] == "query"
        ],
        "has_body": "requestBody" in operation,
        "needs_body": operation.get("requestBody", {}).get("required", False),
        "annotations": _annotations(name, method, operation["x-scopes"]),
        "input": _portable(_with_definitions(_input(operation, components), components)),
        "output": _portable(_plain(_with_definitions(_output(operation, components), components))),
    }


def _annotations(name: str, method: str, scopes: list[str]) -> Schema:
    read_only = is_read_only(method, scopes)
    replacing = method in ("PUT", "PATCH", "DELETE")
    return {
        "readOnlyHint": read_only,
        "destructiveHint": not read_only and (replacing or name in notes()["destructive"]),
        "idempotentHint": read_only or replacing,
        "openWorldHint": name in notes()["open_world"],
    }


def _input(operation: Schema, components: Mapping[str, Schema]) -> Schema:
    """Return the schema of the arguments: one object of all fields, without combinations of schemas
    at its top, which the APIs of several models refuse."""
    properties: Schema = {}
    required: set[str] = set()
    for each in operation.get("parameters", []):
        if each["in"] == "header":
            name, schema = _HEADERS[each["name"]]
        else:
            name, schema = each["name"], {**each["schema"], "description": each["description"]}
        properties[name] = schema
        required |= {name} if each["required"] else set()
    if body := operation.get("requestBody"):
        forms = list(_forms(body["content"]["application/json"]["schema"], components))
        for form in forms:
            for name, schema in form["properties"].items():
                own = _shorter(schema) if _has_rows(schema) else schema
                if properties.setdefault(name, own) != own:
                    raise ValueError(f"{operation['operationId']} has two fields {name}")
        if body["required"]:
            required |= set.intersection(*(set(form.get("required", [])) for form in forms))
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def _has_rows(schema: Schema) -> bool:
    """Return whether a field has the rows of a batch, of which the result has as many."""
    rows: bool = schema.get("items", {}).get("type") == "object"
    return rows and schema.get("maxItems", 0) > MOST_ROWS


def _shorter(schema: Schema) -> Schema:
    """Return the schema of the rows of a batch, for fewer of them."""
    return schema | {
        "maxItems": MOST_ROWS,
        "description": f"{schema['description']} Here at most {MOST_ROWS} in one call.",
    }


def _forms(schema: Schema, components: Mapping[str, Schema]) -> Iterator[Schema]:
    """Yield the object schemas of which a body has one."""
    if "$ref" in schema:
        yield from _forms(components[schema["$ref"].removeprefix(_DEFINITIONS)], components)
    elif "properties" in schema:
        yield schema
    else:
        for choice in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
            yield from _forms(choice, components)


def _output(operation: Schema, components: Mapping[str, Schema]) -> Schema:
    """Return the schema of the result, an object."""
    content = next(
        answer["content"]["application/json"]
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    )
    schema = content["schema"]
    if "$ref" in schema:
        schema = components[schema["$ref"].removeprefix(_DEFINITIONS)]
    return {"type": "object", **schema}


def _with_definitions(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """Return the schema with all definitions that it refers to, directly or indirectly."""
    found: Schema = {}
    waiting: list[Any] = [schema]
    while waiting:
        for name in _REFERENCE.findall(json.dumps(waiting.pop())):
            if name not in found:
                found[name] = components[name]
                waiting.append(components[name])
    return schema | {"$defs": dict(sorted(found.items()))} if found else schema


def _plain(schema: Any) -> Any:
    """Return the schema without texts, which half its size are: no client shows them to a model."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {field: _plain(each) for field, each in value.items()}
        if name in ("properties", "$defs")
        else _plain(value)
        for name, value in schema.items()
        if name not in ("description", "title", "examples")
    }


def _portable(schema: Any) -> Any:
    """Return the schema with one type in each `type`, and with types where it takes any value: some
    APIs of models know nothing else, and refuse the tool or lose the field."""
    if isinstance(schema, list):
        return [_portable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if not schema.keys() - set(_SAID_OF_ALL):
        return {**schema, **_ANY_VALUE}
    made = {
        name: {field: _portable(each) for field, each in value.items()}
        if name in ("properties", "$defs")
        else value
        if name in _SAID_OF_ALL
        else _portable(value)
        for name, value in schema.items()
    }
    if not isinstance(schema.get("type"), list):
        return made
    said = {name: made.pop(name) for name in _SAID_OF_ALL if name in made}
    limits = {"null": {"type": "null"}}
    return {**said, "anyOf": [limits.get(kind, {**made, "type": kind}) for kind in schema["type"]]}


def _as_definitions(value: Schema) -> Schema:
    """Return the value with references to definitions of a schema instead of to components, and
    without examples."""
    text = json.dumps(value).replace(f'"{_COMPONENTS}', f'"{_DEFINITIONS}')
    moved: Schema = json.loads(text)
    return moved
