"""What a caller sent, as an error message shows it: short, and in quotes."""

import json

_LONGEST = 80
OF_A_ROW = 1_000
"""Characters of what one of many rows said, and of what is wrong with it."""


def shortened(text: str, most: int = _LONGEST) -> str:
    """Return at most `most` characters of a text, with a mark where more were left out."""
    return text if len(text) <= most else f"{text[:most]}…"


def quoted(text: str) -> str:
    """Return a text in quotes, with controls and what ends a quote escaped."""
    cut = shortened(text).encode(errors="replace").decode()
    return json.dumps(cut, ensure_ascii=False)
