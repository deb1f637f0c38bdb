"""Descriptions of the API's words, of which each means one thing wherever it stands.

`descriptions.yaml` has those of tags, of operations, of parameters in paths, of models, and of
fields: by name, or as `Model.field` where one model means something of its own. A description in
the code comes first. Everything that a caller reads has one, and every one is read somewhere.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from tools.templates import REPOSITORY

FILE = REPOSITORY / "tools" / "descriptions.yaml"
Schema = dict[str, Any]


class Descriptions:
    """The descriptions, which of them were used, and what has none."""

    def __init__(self, told: dict[str, dict[str, str]]) -> None:
        self.missing: list[str] = []
        self._told = told
        self._used: set[tuple[str, str]] = set()

    def of(self, kind: str, *names: str) -> str:
        """The description of the first of these names that has one."""
        for name in names:
            if name in self._told[kind]:
                self._used.add((kind, name))
                return " ".join(self._told[kind][name].split())
        self.missing.append(f"{kind}: {names[0]}")
        return ""

    def describe(self, models: dict[str, Schema]) -> None:
        """Describe models and their fields where they do not say what they are."""
        for name, model in models.items():
            if "description" not in model:
                model["description"] = self.of("models", name)
            for field, schema in fields(model):
                if "description" not in schema:
                    schema["description"] = self.of("fields", f"{name}.{field}", field)

    @property
    def unused(self) -> list[str]:
        """Descriptions of what is not there, or describes itself."""
        told = {(kind, name) for kind, names in self._told.items() for name in names}
        return [f"{kind}: {name}" for kind, name in sorted(told - self._used)]


def load() -> Descriptions:
    """The descriptions of the file, none of them used."""
    return Descriptions(_read())


def fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Every field of an object and of the objects in it that have no name of their own."""
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
    read: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read
