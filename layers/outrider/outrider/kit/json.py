"""JSON as we read and write it: UTF-8, bounded depth, no NaN."""

import base64
import re
from typing import Any

import orjson

MAX_DEPTH = 20

# A string that never ends is taken whole and never looked at again: so the time stays linear.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]+|\\.)*+"?|[{}\[\]]', re.DOTALL)


class TooDeep(ValueError):
    """The document nests deeper than MAX_DEPTH."""


def loads(data: bytes | str) -> Any:
    return orjson.loads(data)


def dumps(value: Any) -> bytes:
    """Bytes become base64, as AWS wants them."""
    return orjson.dumps(value, default=_base64)


def dumps_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _base64(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return base64.b64encode(value).decode()


def canonical(data: bytes) -> bytes:
    """One text for all texts of the same document; what is no JSON stays as it is."""
    try:
        return orjson.dumps(orjson.loads(data), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return data


def check_depth(data: bytes, limit: int = MAX_DEPTH) -> None:
    """Raise TooDeep when `data` nests deeper than `limit`, without building the document.

    Brackets inside strings are skipped; text that is not JSON is left for the parser to refuse.
    """
    if data.count(b"{") + data.count(b"[") <= limit:
        return
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(data):
        token = found[0]
        if token in (b"{", b"["):
            depth += 1
            if depth > limit:
                raise TooDeep(f"the document nests deeper than {limit} levels")
        elif token in (b"}", b"]"):
            depth -= 1
