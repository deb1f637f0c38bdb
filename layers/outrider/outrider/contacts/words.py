"""Texts as they are compared: without case, marks and punctuation, word by word."""

import unicodedata

LONGEST = 64
"""Characters of a word that count."""


def words(text: str) -> list[str]:
    """The words of what somebody looks for. `O'Brien` is one word: `obrien`."""
    return [word for chunk in _fold(text).split() if (word := "".join(_parts(chunk))[:LONGEST])]


def words_in(text: str | None) -> list[str]:
    """The words under which a text is found. `O'Brien` is found under `obrien`, `o` and `brien`."""
    found: list[str] = []
    for chunk in _fold(text or "").split():
        parts = _parts(chunk)
        found += ["".join(parts), *parts]
    return [word[:LONGEST] for word in found if word]


def begin(asked: list[str], found: list[str]) -> bool:
    """Whether each word of `asked` begins one of `found`."""
    return all(any(word.startswith(prefix) for word in found) for prefix in asked)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(each for each in folded if not unicodedata.combining(each))


def _parts(chunk: str) -> list[str]:
    return "".join(each if _is_of_word(each) else " " for each in chunk).split()


def _is_of_word(character: str) -> bool:
    # Vowel signs of Indic scripts are marks, and letters of their words all the same.
    return character.isalnum() or unicodedata.category(character).startswith("M")
