"""Ids as the API writes them. Both sides of the fuzzer read this: it imports nothing of ours."""

import re

ID = re.compile(
    r"(?<![0-9a-z])[a-z]{3,4}_(?:[0-9a-hjkmnp-tv-z]{10})?(?:[0-9a-hjkmnp-tv-z]{26}){1,2}(?![0-9a-z])"
)


def unknown(text: str) -> str:
    """An id of the same form that names nothing."""
    prefix, _, tail = text.partition("_")
    return f"{prefix}_{tail[:-12]}{'z' * 12}"
