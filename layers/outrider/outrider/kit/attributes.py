"""DynamoDB's typed JSON to and from Python values.

str S, int and float N, bool BOOL, None NULL, bytes B, list and tuple L, dict M, set of str SS.
A number without a fraction comes back as int, any other as float: amounts that must be exact are
integers throughout.
"""

import base64
import math
from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
_SMALLEST, _LARGEST = 1e-130, 9.9e125
"""DynamoDB's numbers, but for whole ones: those are bounded by JSON as orjson writes it."""


def check_storable(value: Any) -> Any:
    """`value`, when all that is in it can be stored and given back; else raises ValueError."""
    match value:
        case bool():
            pass
        case int():
            if not -(2**63) <= value < 2**64:
                raise ValueError("a whole number may have 64 bits")
        case float():
            if not math.isfinite(value) or (value and not _SMALLEST <= abs(value) <= _LARGEST):
                raise ValueError("a number may lie between 1e-130 and 9.9e125, or be 0")
        case Mapping():
            if "" in value:
                raise ValueError("a field needs a name")
            for each in value.values():
                check_storable(each)
        case list():
            for each in value:
                check_storable(each)
    return value


def encode(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line for each type
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | float():
            return {"N": repr(value)}
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
    return {name: encode(value) for name, value in item.items()}


def decode(typed: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - one line for each type
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
            raise TypeError(f"an attribute of type {kind} is not one of ours")


def decode_item(item: Mapping[str, Any]) -> Item:
    return {name: decode(value) for name, value in item.items()}
