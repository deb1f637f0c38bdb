"""Names of fields: snake_case in the handlers' models, camelCase for clients."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from outrider.kit.models import Model

_UPPER = re.compile(r"(?<=[a-z0-9])([A-Z])")
_LOWER = re.compile(r"(?<=[a-z0-9])_([a-z])")
_PLAIN = frozenset({str, int, float, bool})
_SENTENCE = "detail"
"""Field of results with a sentence, which may name fields."""
MAPS = frozenset({"custom"})
"""Fields of requests that hold names of the client's own, which stay as they are."""


@cache
def swapped(name: str) -> str:
    """Return `dailyLimit` for `daily_limit`, and the reverse.

    As names are swapped on the way in and on the way out, a name that a client sends in snake_case
    is one that no model has, and is refused as the client wrote it.
    """
    if _LOWER.search(name):
        return _LOWER.sub(lambda found: found[1].upper(), name)
    return _UPPER.sub(lambda found: f"_{found[1].lower()}", name)


def shown(value: Any, worded: Callable[[str], str]) -> Any:
    """Return a result with the names that clients know, ready for JSON. Keys of maps are data, and
    stay as they are; `worded` translates sentences."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, Model):
        held = value.__dict__
        result = {
            name: held[field] if plain else shown(getattr(value, field), worded)
            for field, name, plain in _names(type(value))
        }
        if result.get(_SENTENCE):
            result[_SENTENCE] = worded(result[_SENTENCE])
        return result
    if isinstance(value, Mapping):
        return {key: shown(each, worded) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [shown(each, worded) for each in value]
    return value


@cache
def _names(kind: type[Model]) -> tuple[tuple[str, str, bool], ...]:
    """Return the fields that a model's JSON has: the name, the name that clients know, and whether
    the value is the same in JSON."""
    fields = [
        (name, swapped(name), _is_plain(field.annotation))
        for name, field in kind.model_fields.items()
        if not field.exclude
    ]
    return (*fields, *((name, swapped(name), False) for name in kind.model_computed_fields))


def _is_plain(annotation: Any) -> bool:
    """Return whether all values of a type are texts, numbers, booleans or None."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _is_plain(parts[0])
    if origin in (Union, UnionType):
        return all(map(_is_plain, parts))
    return origin is Literal or annotation in (*_PLAIN, NoneType)


def taken(value: Any) -> Any:
    """Return the JSON of a request with the names of the handlers' models."""
    if isinstance(value, list):
        return [taken(each) for each in value]
    if isinstance(value, dict):
        return {
            swapped(name): each if name in MAPS else taken(each) for name, each in value.items()
        }
    return value
