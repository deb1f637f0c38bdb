"""Error messages for pydantic's validation errors.

Each message names the field, the rejected value (but never that of a field with `repr=False`, which
is a secret), and what to send instead.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from outrider.kit import json
from outrider.kit.errors import Violation
from outrider.kit.http.inputs import MANY, ONE, BatchBody
from outrider.kit.models import Model
from outrider.kit.text.quotes import quoted, shortened
from outrider.kit.text.suggestions import did_you_mean

MOST = 1_000
"""Maximum violations of one response; a Lambda response may have 6 MB."""
_MOST_SUGGESTIONS = 20
_MOST_NAMES = 20
"""Maximum field names listed in a message."""
_MOST_BITS = 100

Location = tuple[int | str, ...]
Schema = Mapping[str, Any]
Source = TypeAdapter[Any] | type[Model]

_OBJECT = "{name} must be an object {{…}}, not {value}"
_WHOLE = "{name} must be a whole number, not {value}"
_NUMBER = "{name} must be a number, not {value}"
_DAY = "{name} must be a day such as 2026-03-01, not {value}"
_BOOLEAN = "{name} must be true or false, not {value}"

SENTENCES: Mapping[str, str] = {
    "json_invalid": "The body is not valid JSON: {error}",
    "missing": "{name} is required",
    "extra_forbidden": "There is no field {name}",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "list_type": "{name} must be a list […], not {value}",
    "none_required": "{name} must be null, not {value}",
    "string_type": "{name} must be a string, not {value}",
    "string_unicode": "{name} must be text in UTF-8",
    "string_too_short": "{name} must have at least {min_length} characters; it has {length}",
    "string_too_long": "{name} may have at most {max_length} characters; it has {length}",
    "string_pattern_mismatch": "{name} must be {form}, not {value}",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE + ": it is too large",
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "{name} must be a finite number",
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "greater_than_equal": "{name} must be at least {ge}, not {value}",
    "less_than_equal": "{name} may be at most {le}, not {value}",
    "literal_error": "{name} must be {choices}, not {value}",
    "union_tag_invalid": "{name} must be {choices}, not {value}",
    "union_tag_not_found": "{name} is required: {choices}",
    "too_short": "{name} must have at least {min_length} items; it has {actual_length}",
    "too_long": "{name} may have at most {max_length} items",
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "value_error": "{error}",
    "invalid": "{detail}",
    "invalid_key": "The names in {name} must be strings",
}
"""Message templates by pydantic's error type. Types that our models cannot raise are omitted;
tests/unit/kit/test_violations.py lists them."""

_OBJECTS = {kind for kind, sentence in SENTENCES.items() if sentence == _OBJECT}
_QUOTED = re.compile(r"'([^']*)'")
_CONTAINERS = {"any", "dict", "list", "model"}
_EMPTY = "{name} must not be empty"
_FORMS = {
    r"^[^\x00-\x1f\x7f]+$": "one line without control characters",
    r"^[\x20-\x7e]+$": "printable ASCII",
    r"\S": "more than spaces",
}
"""Descriptions of patterns that have no example."""


def violations_of(error: ValidationError, source: Source, prefix: str = "") -> list[Violation]:
    """Return the violations in a validation error of `source`, the model or type that was
    validated.

    Pointers start with `prefix`. At most `MOST` violations are returned.
    """
    found = error.errors(include_url=False)[:MOST]
    writer = _Writer(
        source.core_schema if isinstance(source, TypeAdapter) else source.__pydantic_core_schema__
    )
    return [writer.violation(entry, prefix) for entry in found]


def shown(value: Any) -> str:
    """Return a value as messages show it: shortened, and without the content of lists and
    objects."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    if value is None or isinstance(value, bool):
        return json.dumps_text(value)
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number of that size"
    return str(value)


@dataclass(slots=True)
class _Place:
    """A location in the input."""

    nodes: list[Schema]
    """Core schemas of the value at this location, one for each member of a union."""
    pointer: str = ""
    """JSON Pointer (RFC 6901), without the union tags that pydantic's locations contain."""
    is_secret: bool = False

    @property
    def names(self) -> list[str]:
        """Return the names of the fields that the models at this location have in JSON."""
        return sorted(
            {
                field.alias or name
                for node in self.nodes
                if node["type"] == "model"
                for name, field in node["cls"].model_fields.items()
            }
        )


class _Writer:
    """Writer of the messages for one rejected input."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._definitions: dict[str, Schema] = {}
        self._suggestions_left = _MOST_SUGGESTIONS
        self._example: Any = None
        """Example of the innermost field that has one, on the path to the current location."""

    def violation(self, entry: Mapping[str, Any], prefix: str) -> Violation:
        place = self._place(entry["loc"])
        return Violation(prefix + place.pointer, self._sentence(entry, place))

    def _sentence(self, entry: Mapping[str, Any], place: _Place) -> str:
        kind, location, value = entry["type"], entry["loc"], entry["input"]
        known = {name: _plain(value) for name, value in entry.get("ctx", {}).items()}
        known["name"] = _name(location)
        if kind not in SENTENCES:
            return str(entry["msg"])
        if kind in ("string_too_short", "too_short") and known["min_length"] == 1:
            return _EMPTY.format_map(known)
        if kind == "extra_forbidden":
            inside = self._place(location[:-1]).names
            return SENTENCES[kind].format_map(known) + self._alternatives(known["name"], inside)
        known["value"] = "what was sent" if place.is_secret else shown(value)
        if kind in ("greater_than_equal", "less_than_equal"):
            known["value"] = str(value)  # in a query it is text
        elif kind in _OBJECTS:
            known["value"] += self._batch_hint(value, location)
        elif kind in ("string_too_long", "string_too_short"):
            known["length"] = len(value)
        elif kind == "string_pattern_mismatch":
            known["form"] = _FORMS.get(known["pattern"]) or f"of the form {shown(self._example)}"
        elif kind == "union_tag_not_found":
            known |= {"name": known["discriminator"].strip("'"), "choices": _tags(place)}
        elif kind in ("literal_error", "union_tag_invalid"):
            known |= self._choice(known, value)
        return SENTENCES[kind].format_map(known)

    def _choice(self, known: Mapping[str, Any], value: Any) -> dict[str, str]:
        """Return the variables for the message about a value that is not one of the allowed
        ones."""
        tag = known.get("tag", value)
        names = _QUOTED.findall(known.get("expected") or known["expected_tags"])
        return {
            "name": known.get("discriminator", known["name"]).strip("'"),
            "choices": _joined_by_or(names),
            "value": shown(tag) + (self._suggestion(tag, names) if isinstance(tag, str) else ""),
        }

    def _alternatives(self, name: str, names: list[str]) -> str:
        if suggestion := self._suggestion(name, names):
            return suggestion
        return f"; available are {', '.join(names)}" if 0 < len(names) <= _MOST_NAMES else ""

    def _suggestion(self, name: str, names: Collection[str]) -> str:
        self._suggestions_left -= 1
        return did_you_mean(name, names) if self._suggestions_left >= 0 else ""

    def _batch_hint(self, value: Any, location: Location) -> str:
        """Return a hint how to send several items, if a list was sent as the body."""
        if location in ((), (ONE,)) and isinstance(value, list):
            for node in self._place((MANY,)).nodes:
                if node["type"] == "model" and issubclass(node["cls"], BatchBody):
                    name = next(iter(node["cls"].model_fields))
                    return f'. Send several as {{"{name}": […]}}'
        return ""

    def _place(self, location: Location) -> _Place:
        place = _Place(list(self._unwrapped(self._schema)))
        for part in location:
            models = [node["cls"] for node in place.nodes if node["type"] == "model"]
            place.is_secret |= any(_is_secret(model, part) for model in models)
            if any(node["type"] in _CONTAINERS for node in place.nodes):
                place.pointer += "/" + str(part).replace("~", "~0").replace("/", "~1")
            deeper = [inner for node in place.nodes for inner in self._inside(node, part)]
            place.nodes = deeper or place.nodes
        return place

    def _inside(self, node: Schema, part: int | str) -> Iterator[Schema]:
        match node:
            case {"type": "model", "schema": inner}:
                for fields in self._unwrapped(inner):
                    for name, each in fields["fields"].items():
                        if part in (name, each.get("validation_alias")):
                            self._note_example(each)
                            yield from self._unwrapped(each["schema"])
            case {"type": "list", "items_schema": items} if isinstance(part, int):
                yield from self._unwrapped(items)
            case {"type": "dict", "values_schema": values}:
                yield from self._unwrapped(values)
            case {"type": "tagged-union", "choices": choices} if part in choices:
                yield from self._unwrapped(choices[part])

    def _unwrapped(self, schema: Schema) -> Iterator[Schema]:
        """Yield the core schemas that validate a value, without wrappers."""
        self._note_example(schema)
        match schema:
            case {"type": "model"}:
                yield schema
            case {"type": "definitions", "definitions": definitions, "schema": inner}:
                self._definitions |= {each["ref"]: each for each in definitions}
                yield from self._unwrapped(inner)
            case {"type": "definition-ref", "schema_ref": name}:
                yield from self._unwrapped(self._definitions[name])
            case {"type": "union", "choices": choices}:
                for choice in choices:
                    yield from self._unwrapped(choice[0] if isinstance(choice, tuple) else choice)
            case {"type": "json-or-python", "json_schema": inner} | {"schema": inner}:
                yield from self._unwrapped(inner)
            case _:
                yield schema

    def _note_example(self, schema: Schema) -> None:
        updates = schema.get("metadata", {}).get("pydantic_js_updates", {})
        self._example = next(iter(updates.get("examples", ())), self._example)


def _is_secret(model: type[Model], part: int | str) -> bool:
    fields = model.model_fields.items()
    return any(not field.repr for name, field in fields if part in (name, field.alias))


def _plain(value: Any) -> Any:
    """Return a number without a fraction as an integer, so that messages show 5 and not 5.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _name(location: Location) -> str:
    """Return the words for a location in a message: the name of the field, "This item" or "The
    body", without pointers."""
    last = next((part for part in reversed(location) if part not in (ONE, MANY)), None)
    if isinstance(last, str):
        return shortened(last)
    return "The body" if last is None else "This item"


def _tags(place: _Place) -> str:
    found = [tag for node in place.nodes if "choices" in node for tag in node["choices"]]
    return _joined_by_or([str(tag) for tag in found])


def _joined_by_or(names: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
