"""Descriptions for the OpenAPI document, from `descriptions.yaml`.

The file describes tags, operations, path parameters, models, and fields: by name, or as
`Model.field` where one model needs its own text. A description in the code takes precedence. Every
part of the document must have a description, and every description in the file must be used.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from tools.templates import REPOSITORY

FILE = REPOSITORY / "tools" / "descriptions.yaml"
Schema = dict[str, Any]


class Descriptions:
    """Descriptions of the file, with a record of those used and those missing."""

    def __init__(self, texts: dict[str, dict[str, str]]) -> None:
        self.missing: list[str] = []
        self._texts = texts
        self._used: set[tuple[str, str]] = set()

    def of(self, kind: str, *names: str) -> str:
        """Return the description of the first of these names that has one; record it as missing if
        none has."""
        for name in names:
            if name in self._texts[kind]:
                self._used.add((kind, name))
                return " ".join(self._texts[kind][name].split())
        self.missing.append(f"{kind}: {names[0]}")
        return ""

    def describe(self, models: dict[str, Schema]) -> None:
        """Add a description to each model and field that has none."""
        for name, model in models.items():
            if "description" not in model:
                model["description"] = self.of("models", name)
            for field, schema in fields(model):
                if "description" not in schema:
                    schema["description"] = self.of("fields", f"{name}.{field}", field)

    @property
    def unused(self) -> list[str]:
        """Descriptions that were not used, because the thing does not exist or has a docstring."""
        texts = {(kind, name) for kind, names in self._texts.items() for name in names}
        return [f"{kind}: {name}" for kind, name in sorted(texts - self._used)]


def load() -> Descriptions:
    """Return the descriptions of the file, none of them used yet."""
    return Descriptions(_read())


def fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield every field of an object schema and of its unnamed nested objects."""
    for name, field in schema.get("properties", {}).items():
        yield name, field
        yield from fields(field)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from fields(schema[key])
    for choice in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
        if choice.get("type") in ("object", "array"):
            yield from fields(choice)


@cache
def _read() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = yaml.load(
        FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return read
