"""Conversion between Python values and DynamoDB's typed JSON, and helpers for its expressions.

The types: str is S, int and float N, bool BOOL, None NULL, bytes B, list and tuple L, dict M, set
of str SS. A number without a fraction is decoded as int, any other as float, so amounts that must
be exact are stored as integers.
"""

import base64
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]
Problem = tuple[tuple[int | str, ...], str]
"""Location of an invalid value (the keys and indexes that lead to it) and an error message."""

_SMALLEST, _LARGEST = 1e-130, 9.9e125
"""Smallest and largest magnitude of a DynamoDB number. Integers have a narrower range: the 64 bits
that orjson can serialize."""
_PLACEHOLDER = re.compile(r"#(\w+)")
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters other than tab, line feed and carriage return, and lone surrogates, which are
not valid Unicode."""


def unstorable(value: Any, path: tuple[int | str, ...] = ()) -> Iterator[Problem]:
    """Yield each part of a JSON value that DynamoDB cannot store and return unchanged.

    `path` is the location of `value` in the whole input; problems are reported relative to its
    root.
    """
    match value:
        case bool():
            pass
        case int() if not -(2**63) <= value < 2**64:
            yield path, "A whole number must fit in 64 bits"
        case float() if not math.isfinite(value) or (
            value and not _SMALLEST <= abs(value) <= _LARGEST
        ):
            yield path, "A number must be 0, or between 1e-130 and 9.9e125 without its sign"
        case str():
            yield from _unfit(value, path)
        case Mapping():
            for name, each in value.items():
                if name == "":
                    yield path, "The name of a field must not be empty"
                yield from _unfit(name, (*path, name))
                yield from unstorable(each, (*path, name))
        case Sequence():
            for place, each in enumerate(value):
                yield from unstorable(each, (*path, place))


def _unfit(text: str, path: tuple[int | str, ...]) -> Iterator[Problem]:
    if found := _UNFIT.search(text):
        yield path, f"Text must not have control characters such as this U+{ord(found[0]):04X}"


def encode(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line for each type
    """Convert a Python value to typed JSON. Raises TypeError for a type that DynamoDB lacks."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": repr(value or 0)}  # there is no -0
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [encode(element) for element in value]}
        case Mapping():
            return {"M": encode_item(value)}
        case set() | frozenset():
            return {"SS": sorted(value)}
        case bytes():
            return {"B": value}
        case _:
            raise TypeError(f"DynamoDB has no type for {type(value).__name__}")


def encode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Convert an item to typed JSON. Raises TypeError."""
    return {name: encode(value) for name, value in item.items()}


def decode(typed: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - one line for each type
    """Convert typed JSON to a Python value. Raises TypeError for a number set or a binary set."""
    ((kind, value),) = typed.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return float(value) if "." in value or "e" in value.lower() else int(value)
        case "M":
            return decode_item(value)
        case "L":
            return [decode(element) for element in value]
        case "NULL":
            return None
        case "SS":
            return set(value)
        case "B":
            return value if isinstance(value, bytes) else base64.b64decode(value)
        case _:
            raise TypeError(f"attributes of type {kind} are not supported")


def decode_item(item: Mapping[str, Any]) -> Item:
    """Convert typed JSON to an item. Raises TypeError."""
    return {name: decode(value) for name, value in item.items()}


def decoded(item: Mapping[str, Any] | None) -> Item | None:
    """Return the decoded item, or None if there is no item."""
    return decode_item(item) if item else None


def attribute_names(*expressions: str) -> dict[str, str]:
    """Return `ExpressionAttributeNames` for all `#name` placeholders in the expressions."""
    found = {name for expression in expressions for name in _PLACEHOLDER.findall(expression)}
    return {f"#{name}": name for name in sorted(found)}


def attribute_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `ExpressionAttributeValues`: each value under the placeholder `:name`."""
    return {f":{name}": encode(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Changes:
    """An update expression and its attribute values."""

    text: str
    values: Mapping[str, Any]


def changes(
    *,
    set: Mapping[str, Any] | None = None,
    keep: Mapping[str, Any] | None = None,
    add: Mapping[str, int] | None = None,
    remove: Iterable[str] = (),
) -> Changes:
    """Return an update expression.

    `set` sets attributes, or removes those whose value is None; `keep` sets attributes only if the
    item does not have them (`if_not_exists`); `add` increments numbers; `remove` removes
    attributes. The placeholder of each value is the name of its attribute (`:status` for `status`),
    and condition expressions may use it too.
    """
    set, keep = set or {}, keep or {}
    add = {name: number for name, number in (add or {}).items() if number}
    given = {name: value for name, value in set.items() if value is not None}
    clauses = {
        "SET": [
            *(f"#{name} = :{name}" for name in given),
            *(f"#{name} = if_not_exists(#{name}, :{name})" for name in keep),
        ],
        "REMOVE": [f"#{name}" for name in (*remove, *(set.keys() - given.keys()))],
        "ADD": [f"#{name} :{name}" for name in add],
    }
    written = [f"{clause} {', '.join(parts)}" for clause, parts in clauses.items() if parts]
    return Changes(" ".join(written), {**given, **keep, **add})
