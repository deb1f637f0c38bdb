"""JSON Schema for rules of validators, used as `json_schema_extra` so that the OpenAPI document
contains them. A field that is null counts as absent."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

CHANGES_SOMETHING: Schema = {"minProperties": 1}
DATE_TIME = {
    "format": "date-time",
    "pattern": r"^(?!0000)\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$",
}
"""RFC 3339 date-time, without leap seconds and the year 0."""


def exactly_one(*names: str) -> Schema:
    """Return the schema that requires exactly one of these fields."""
    return {
        "oneOf": [
            given(name, properties={other: {"type": "null"} for other in names if other != name})
            for name in names
        ]
    }


def any_of(*names: str) -> Schema:
    """Return the schema that requires at least one of these fields."""
    return {"anyOf": [given(name) for name in names]}


def never_null(*names: str) -> Schema:
    """Return the schema that forbids null for these fields; they may be absent."""
    return {"allOf": [{"properties": {name: {"not": {"type": "null"}} for name in names}}]}


def given(name: str, properties: Mapping[str, Schema] | None = None, **more: Any) -> Schema:
    """Return the schema that requires a field; `properties` are schemas of other fields."""
    return {
        "required": [name],
        "properties": {name: {"not": {"type": "null"}}, **(properties or {})},
        **more,
    }


def when(condition: Mapping[str, Any], then: Mapping[str, Any]) -> Schema:
    """Return the schema that requires `then` for its fields if the fields in `condition` match
    their schemas."""
    return {
        "if": {"properties": dict(condition), "required": list(condition)},
        "then": {"properties": dict(then)},
    }


def list_of(names: tuple[str, ...]) -> str:
    """Return the pattern of a comma-separated list of these names."""
    one = "|".join(name.replace(".", r"\.").replace("*", r"\*") for name in names)
    return rf"^\s*({one})\s*(,\s*({one})\s*)*$"
