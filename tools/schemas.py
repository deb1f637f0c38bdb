"""JSON Schemas of request and response models, in the form that client generators need.

- The docstring below an attribute becomes its description; others come from `descriptions.yaml`.
  Neither is read at run time.
- A response always has all of its fields. An optional request field has no `default`, which
  generators would send or assume to be present; its description mentions it instead.
- Fields get the `format` that their names imply.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from outrider.entities.schemas import RowResult

Schema = dict[str, Any]

WHEN_LEFT_OUT = "x-when-left-out"
"""Key that holds a field's default until it is known which requests contain the field."""
_FORMATS = (
    (re.compile(r".+_(at|until)|at|since|until"), "date-time"),
    (re.compile(r"email"), "email"),
    (re.compile(r"(.+_)?url"), "uri"),
)
"""Formats by field name, for strings that declare none."""


REF = "#/components/schemas/{model}"


class TwoModelsOfOneName(Exception):
    """Models of different modules have the same name; one must be renamed."""


class ApiSchemas(GenerateJsonSchema):
    """Generator of schemas for pydantic models, with descriptions and formats of their fields."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        """Return whether the field is always present."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Return False: a title would only repeat the name."""
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Return the schema of one model."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        names = {field.alias or name: name for name, field in model.model_fields.items()}
        generic = model.__pydantic_generic_metadata__["origin"]
        if described := made.get("description") or (generic and generic.__doc__):
            made["description"] = " ".join(described.split())
        for shown, each in made.get("properties", {}).items():
            _complete(each, model, shown, names.get(shown, shown), self.mode)
        return made


def _complete(
    field: Schema, model: type[BaseModel], shown: str, name: str, mode: JsonSchemaMode
) -> None:
    if "description" not in field and (text := _docstring(model, name)):
        field["description"] = text
    default = field.pop("default", None)
    if mode == "validation" and default is not None:
        field[WHEN_LEFT_OUT] = default
    if issubclass(model, RowResult):  # which repeats what stood in the row, whatever that was
        return
    for choice in (field, *field.get("anyOf", [])):
        if choice.get("type") == "string" and not choice.keys() & {"format", "enum", "pattern"}:
            _add_format(choice, shown)


def _add_format(field: Schema, name: str) -> None:
    for names, form in _FORMATS:
        if names.fullmatch(name):
            field["format"] = form


def _docstring(model: type[BaseModel], name: str) -> str:
    """Return the docstring below an attribute, from the class that declares it."""
    for declaring in model.__mro__:
        if text := _docstrings(declaring).get(name):
            return text
        if name in vars(declaring).get("__annotations__", {}):
            return ""
    return ""


@cache
def _docstrings(declaring: type) -> Mapping[str, str]:
    """Return the docstrings below the attributes of a class by attribute, each in one line."""
    if not issubclass(declaring, BaseModel) or declaring is BaseModel:
        return {}
    if declaring.__pydantic_generic_metadata__["args"]:
        return {}
    (parsed,) = ast.parse(textwrap.dedent(inspect.getsource(declaring))).body
    assert isinstance(parsed, ast.ClassDef)
    found = {}
    for attribute, below in zip(parsed.body, parsed.body[1:], strict=False):
        match attribute, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
    return found


def with_named_modes(definitions: dict[str, Schema]) -> dict[str, str]:
    """Return readable names, by pydantic's, for models whose request and response forms differ."""
    return {
        name: name.replace("-Output", "").replace("-Input", "Input")
        for name in definitions
        if name.endswith(("-Input", "-Output"))
    }


def say_defaults(models: Mapping[str, Schema], partial: set[str]) -> None:
    """Mention each field's default in its description; for models in `partial`, which PATCH bodies
    use, as the default at creation."""
    for name, model in models.items():
        for field in _properties(model):
            default = field.pop(WHEN_LEFT_OUT, None)
            if default in (None, [], {}) or isinstance(default, dict):
                continue
            written = f"`{json.dumps(default, ensure_ascii=False)}`".replace('"', "")
            note = f"Default: {written}."
            if name in partial:
                note = f"Default when it is created: {written}."
            text = field.get("description", "").rstrip(".")
            field["description"] = f"{text}. {note}" if text else note


def name_filters(models: dict[str, Schema]) -> None:
    """Move each titled object nested in a model to a model of its own, and refer to it."""
    for model in list(models.values()):
        _name_within(model, models, top=True)


def _name_within(value: Any, models: dict[str, Schema], *, top: bool = False) -> None:
    each: Any
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, dict | list):
            _name_within(each, models)
    if not top and isinstance(value, dict) and "title" in value and "properties" in value:
        name = value["title"]
        if models.setdefault(name, dict(value)) != value:
            raise TwoModelsOfOneName(name)
        value.clear()
        value["$ref"] = REF.format(model=name)


def simplify(value: Any) -> None:
    """Replace unions that client generators would name by position with a single schema.

    A nullable string or number gets two types, and rules across several fields of a model move into
    `allOf`, because they are not alternatives of the model.
    """
    if isinstance(value, dict):
        for each in value.values():
            simplify(each)
        _join_null(value)
        if "properties" in value and (rules := _RULES & value.keys()):
            value.setdefault("allOf", []).append({name: value.pop(name) for name in sorted(rules)})
    elif isinstance(value, list):
        for each in value:
            simplify(each)


def _join_null(schema: Schema) -> None:
    match schema.get("anyOf"):
        case [{"type": str(form)} as choice, {"type": "null"}]:
            if form not in ("array", "object") and not choice.keys() & {"enum", "const"}:
                del schema["anyOf"]
                schema.update(choice | {"type": [form, "null"]})


_RULES = {"anyOf", "oneOf", "if", "then", "else"}


def _properties(schema: Any) -> Iterator[Schema]:
    if isinstance(schema, dict):
        properties = schema.get("properties", {}).values()
        yield from (each for each in properties if isinstance(each, dict))
        for each in schema.values():
            yield from _properties(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _properties(each)
