"""Shorter ways through moto's items: how large one is, how keys compare, how an answer becomes
JSON. What they give is the same, see `shortcuts`.
"""

import base64
from typing import Any
from unittest.mock import patch

import orjson
from moto.core.responses import ActionResult
from moto.dynamodb import responses
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import dynamo_to_dict

_LARGEST_ITEM = 405_000
"""Bytes, as moto has it."""

_cast_value: property = DynamoType.__dict__["cast_value"]


class Result(ActionResult):
    """Answer of moto, which is made plain only where somebody asks for that. `raw` is as it was
    given."""

    def __init__(self, raw: dict[str, Any]) -> None:
        super().__init__(raw)
        self.raw = raw

    @property
    def result(self) -> Any:
        return dynamo_to_dict(self.raw)


def as_json(answer: dict[str, Any]) -> bytes:
    """The JSON of a raw answer."""
    return orjson.dumps(answer, default=_plain)


def copied_item(item: Item) -> Item:
    """Its keys never change, so the copy has the same."""
    made: Item = Item.__new__(Item)  # type: ignore[assignment]
    made.hash_key, made.range_key = item.hash_key, item.range_key
    made.attrs = _attributes({name: _copied(each) for name, each in item.attrs.items()})
    return made


def _copied(value: DynamoType) -> DynamoType:
    made = DynamoType.__new__(DynamoType)
    made.type = value.type
    match value.value:
        case list() as many:
            made.value = [_copied(each) if type(each) is DynamoType else each for each in many]
        case dict() as named:
            made.value = {name: _copied(each) for name, each in named.items()}
        case plain:
            made.value = plain
    return made


def _plain(value: object) -> Any:
    """What JSON has no form of its own for, in DynamoDB's."""
    if type(value) is DynamoType:
        return {value.type: value.value}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Item):
        return value.to_json()
    raise TypeError(type(value).__name__)


def _made(
    item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]
) -> None:
    """Weighs an item once, and not at each of its attributes."""
    item.hash_key, item.range_key = hash_key, range_key
    item.attrs = _attributes({name: DynamoType(value) for name, value in attrs.items()})
    if _weight_of_all(item.attrs) > _LARGEST_ITEM:
        raise ItemSizeTooLarge


def _attributes(values: dict[str, DynamoType]) -> LimitedSizeDict:
    made = LimitedSizeDict()
    dict.update(made, values)
    return made


def _set(attributes: LimitedSizeDict, name: str, value: Any) -> None:
    """Weighs what the attributes had and what they get, as moto does."""
    if _weight_of_all(attributes) + _length(name) + _weight(value) > _LARGEST_ITEM:
        raise ItemSizeTooLarge
    dict.__setitem__(attributes, name, value)


def _weight_of_all(attributes: dict[str, Any]) -> int:
    return sum(_length(name) + _weight(value) for name, value in attributes.items())


def _weight(value: Any) -> int:
    if type(value) is not DynamoType:
        return _length(value if isinstance(value, bytes) else str(value))
    match value.value:
        case str() | bytes() as text:
            return _length(text)
        case bool():
            return 1
        case list() as many:
            return sum(_weight(each) for each in many)
        case dict() as named:
            return _weight_of_all(named)
        case number:
            return len(str(number))


def _length(text: str | bytes) -> int:
    """The bytes of a text."""
    return len(text if isinstance(text, bytes) or text.isascii() else text.encode())


def _cast(value: DynamoType) -> Any:
    return value.value if value.type == "S" else _cast_value.__get__(value)


def _hashed(value: DynamoType) -> int:
    return hash((value.type, value.value if value.type == "S" else value.cast_value))


def _same(value: DynamoType, other: DynamoType) -> bool:
    if value.type != other.type:
        return False
    if value.type == "S":
        return bool(value.value == other.value)
    return bool(value.cast_value == other.cast_value)


SHORTCUTS: list[Any] = [
    patch.object(responses, "DynamoResult", Result),
    patch.object(DynamoType, "__deepcopy__", lambda value, _: _copied(value)),
    patch.object(DynamoType, "__eq__", _same),
    patch.object(DynamoType, "__ne__", lambda value, other: not _same(value, other)),
    patch.object(DynamoType, "__hash__", _hashed),
    patch.object(DynamoType, "cast_value", property(_cast)),
    patch.object(DynamoType, "size", _weight),
    patch.object(Item, "__deepcopy__", lambda item, _: copied_item(item)),
    patch.object(Item, "__init__", _made),
    patch.object(Item, "size", lambda item: _weight_of_all(item.attrs)),
    patch.object(LimitedSizeDict, "__setitem__", _set),
]
