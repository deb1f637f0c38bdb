"""Phrases as qualification compares them: without case, accents and punctuation, word by word."""

import unicodedata
from functools import lru_cache

_LONGEST = 500
"""Characters that are read."""


@lru_cache(maxsize=1_024)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text; those of "R&D" are "r" and "d"."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    letters = (each if each.isalnum() else " " for each in plain if not unicodedata.combining(each))
    return tuple("".join(letters).split())


def contains(text: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand in `text` one after the other, whole words only."""
    found, wanted = words_of(text), words_of(phrase)
    last = len(found) - len(wanted)
    return bool(wanted) and any(
        found[at : at + len(wanted)] == wanted for at in range(max(last, -1) + 1)
    )
