"""Cells of files that people open in spreadsheets.

A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
Injection), as spreadsheets themselves write it; one that already begins so gets another, so that
taking off one gives back what there was.
"""

import re
import unicodedata
from typing import Any

from outrider.kit import json

_FORMULA = ("=", "+", "-", "@")
_SEPARATORS = re.compile(r"[,;|]")
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')


def cell(value: Any) -> str:
    """A value of JSON. Lists of words are joined by commas, unless one holds a separator."""
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if _is_formula(value.lstrip("'")) else value
        case bool() | int() | float():
            return str(value).lower() if isinstance(value, bool) else str(value)
        case list() if all(_is_word(each) for each in value):
            return cell(", ".join(value))
        case _:
            return json.dumps_text(value)


def text_of(cell: str) -> str:
    """What a cell says: without the apostrophe before a formula, and `="0123"` as `0123`, by which
    spreadsheets are told that digits are text."""
    if cell.startswith("'") and _is_formula(cell.lstrip("'")):
        return cell[1:]
    if cell.startswith('="') and (quoted := _AS_TEXT.fullmatch(cell)):
        return quoted[1].replace('""', '"')
    return cell


def _is_word(value: Any) -> bool:
    """Whether it can be told from others in a list of words that is joined by commas."""
    if not isinstance(value, str) or _SEPARATORS.search(value):
        return False
    return bool(value) and value == value.strip() and value[0] not in "[\"'"


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet may take it for one. They pass over white space in front, and some take
    full-width characters for those that they look like."""
    begins = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return text.startswith(("\t", "\r", "\n")) or begins.startswith(_FORMULA)
