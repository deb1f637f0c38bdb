"""CSV cells that spreadsheets open safely (protection against CSV injection).

A text that a spreadsheet would evaluate as a formula gets a leading apostrophe (OWASP, CSV
Injection), which is also how spreadsheets mark text. If such a text already begins with an
apostrophe it gets another, so that removing one restores the original.
"""

import re
import unicodedata
from typing import Any

from outrider.kit import json

_FORMULA = ("=", "+", "-", "@")
_SEPARATORS = re.compile(r"[,;|]")
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')


def cell(value: Any) -> str:
    """Return the cell for a JSON value. Lists of words are joined by commas, unless a word contains
    a separator."""
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if _is_formula(value.lstrip("'")) else value
        case bool() | int() | float():
            return str(value).lower() if isinstance(value, bool) else str(value)
        case list() if all(_is_list_item(each) for each in value):
            return cell(", ".join(value))
        case _:
            return json.dumps_text(value)


def text_of(cell: str) -> str:
    """Return the text of a cell: without the apostrophe before a formula, and `0123` for `="0123"`,
    the notation that makes spreadsheets keep digits as text."""
    if cell.startswith("'") and _is_formula(cell.lstrip("'")):
        return cell[1:]
    if cell.startswith('="') and (quoted := _AS_TEXT.fullmatch(cell)):
        return quoted[1].replace('""', '"')
    return cell


def _is_list_item(value: Any) -> bool:
    """Return whether a comma-separated list of such values can be split again without ambiguity."""
    if not isinstance(value, str) or _SEPARATORS.search(value):
        return False
    return bool(value) and value == value.strip() and value[0] not in "[\"'"


def _is_formula(text: str) -> bool:
    """Return whether a spreadsheet may evaluate the text as a formula. Spreadsheets skip leading
    white space, and some treat full-width characters like their ASCII equivalents."""
    begins = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return text.startswith(("\t", "\r", "\n")) or begins.startswith(_FORMULA)
