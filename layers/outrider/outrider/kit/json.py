"""JSON: UTF-8, limited nesting depth, no NaN."""

import base64
import re
from typing import Any

import orjson

MAX_DEPTH = 20

# An unterminated string matches to the end without backtracking, so the time stays linear.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]+|\\.)*+"?|[{}\[\]]', re.DOTALL)


class TooDeep(ValueError):
    """The document is nested deeper than MAX_DEPTH."""


def loads(data: bytes | str) -> Any:
    return orjson.loads(data)


def dumps(value: Any) -> bytes:
    """Serialize `value`; bytes become base64, as AWS APIs expect."""
    return orjson.dumps(value, default=_base64)


def dumps_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _base64(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(type(value).__name__)
    return base64.b64encode(value).decode()


def canonical(data: bytes) -> bytes:
    """Return the JSON with sorted keys and no spaces, so that equal documents compare equal. Data
    that is not JSON is returned unchanged."""
    try:
        return orjson.dumps(orjson.loads(data), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return data


def check_depth(data: bytes, limit: int = MAX_DEPTH) -> None:
    """Raise TooDeep if `data` nests deeper than `limit`, without parsing it.

    Brackets inside strings are ignored. Invalid JSON is left for the parser to reject.
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
