"""Rules of validators in the words of JSON Schema, for `json_schema_extra`: so that the OpenAPI
document says what the product takes. A field that is null counts as not given."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

CHANGES_SOMETHING: Schema = {"minProperties": 1}
DATE_TIME = {
    "format": "date-time",
    "pattern": r"^(?!0000)\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$",
}
"""RFC 3339, without leap seconds and the year 0."""


def exactly_one(*names: str) -> Schema:
    """One of these fields is given, and no other of them."""
    return {
        "oneOf": [
            given(name, properties={other: {"type": "null"} for other in names if other != name})
            for name in names
        ]
    }


def any_of(*names: str) -> Schema:
    """One of these fields is given, or several."""
    return {"anyOf": [given(name) for name in names]}


def never_null(*names: str) -> Schema:
    """None of these fields takes null, though it may be left out."""
    return {"allOf": [{"properties": {name: {"not": {"type": "null"}} for name in names}}]}


def given(name: str, properties: Mapping[str, Schema] | None = None, **more: Any) -> Schema:
    """A field is given, and others are as `properties` say."""
    return {
        "required": [name],
        "properties": {name: {"not": {"type": "null"}}, **(properties or {})},
        **more,
    }


def when(condition: Mapping[str, Any], then: Mapping[str, Any]) -> Schema:
    """Where the fields `condition` have these schemas, those of `then` have theirs."""
    return {
        "if": {"properties": dict(condition), "required": list(condition)},
        "then": {"properties": dict(then)},
    }


def list_of(names: tuple[str, ...]) -> str:
    """A pattern: some of these names, with commas between them."""
    one = "|".join(name.replace(".", r"\.").replace("*", r"\*") for name in names)
    return rf"^\s*({one})\s*(,\s*({one})\s*)*$"
