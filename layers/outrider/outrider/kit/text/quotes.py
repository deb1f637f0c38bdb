"""Excerpts of user input for error messages."""

import json

_LONGEST = 80
OF_A_ROW = 1_000
"""Maximum characters of a value from one row of many, and of the message about it."""


def shortened(text: str, most: int = _LONGEST) -> str:
    """Return the text cut to `most` characters, with an ellipsis if it was longer."""
    return text if len(text) <= most else f"{text[:most]}…"


def quoted(text: str) -> str:
    """Return the shortened text in double quotes, with quotes and control characters escaped."""
    cut = shortened(text).encode(errors="replace").decode()
    return json.dumps(cut, ensure_ascii=False)
