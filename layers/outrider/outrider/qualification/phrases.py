"""Comparison of phrases word by word, ignoring case, accents and punctuation."""

import unicodedata
from functools import lru_cache

_LONGEST = 500
"""Maximum number of characters read."""


@lru_cache(maxsize=1_024)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text; those of "R&D" are "r" and "d"."""
    plain = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    letters = (each if each.isalnum() else " " for each in plain if not unicodedata.combining(each))
    return tuple("".join(letters).split())


def contains(text: str, phrase: str) -> bool:
    """Return whether `text` contains the words of `phrase` one after the other, as whole words."""
    found, wanted = words_of(text), words_of(phrase)
    last = len(found) - len(wanted)
    return bool(wanted) and any(
        found[at : at + len(wanted)] == wanted for at in range(max(last, -1) + 1)
    )
