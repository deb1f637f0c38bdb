"""Comparison of what a model states with the texts that it cites.

Words are compared, not meanings: this finds statements that no source contains, and a person reads
the rest. A word that is written like a name anywhere but at the beginning of a sentence counts as a
name. In languages that capitalize all nouns more is therefore refused than would have to be.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from itertools import zip_longest

from outrider.writing.errors import OutputRefused

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+(?:[.,'\u2019\u202f]\d+)*")
_QUOTED = re.compile(r"[“„«\"]([^“”„«»\"]+)[”“»\"]")
_START = re.compile(r"(?:^|[.!?:…\n\"“„«(\u2013\u2014])\s*$")
_LETTERS = 5
"""Letters by which words are compared, so that other forms of a word match."""
_SHORTEST = 4
"""Letters of the shortest word that counts; shorter ones are mostly articles and the like."""


class Grounds:
    """Texts that contain what may be stated."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = "\n".join(_flat(text) for text in texts)

    def check(self, sentence: str, least: float) -> None:
        """Check that numbers, names and quoted passages of a sentence occur in the texts, and of
        its other words at least the part `least`. Raises OutputRefused."""
        flat = _flat(sentence)
        if not _numbers(flat) <= _numbers(self._text):
            raise OutputRefused("The model wrote a number that is not in the cited sources")
        if not {name.casefold() for name in _names(flat)} <= self._words:
            raise OutputRefused("The model wrote a name that is not in the cited sources")
        if not all(self.has(found[1]) for found in _QUOTED.finditer(flat)):
            raise OutputRefused("The model quoted what is not in the cited sources")
        words = _stems(flat)
        if len(words & _stems(self._text)) < least * len(words):
            raise OutputRefused("The model stated what is not in the cited sources")

    def has(self, passage: str) -> bool:
        """Return whether the texts contain a passage, whatever its case."""
        return _flat(passage).casefold().strip(" .,;:!?") in self._text.casefold()

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(found[0].casefold() for found in _WORD.finditer(self._text))


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _numbers(text: str) -> set[str]:
    """Return the numbers, without separators of thousands and decimals."""
    return {
        "".join(str(int(digit)) for digit in found[0] if digit.isdigit())
        for found in _NUMBER.finditer(text)
    }


def _names(text: str) -> set[str]:
    """Return the words that are written like names: with a capital letter that does not begin a
    sentence, or two of them."""
    found = list(_WORD.finditer(text))
    names = set()
    for word, following in zip_longest(found, found[1:]):
        capitals = sum(letter.isupper() for letter in word[0])
        if not capitals or len(word[0]) == 1:
            continue
        begins = _START.search(text, 0, word.start()) is not None
        is_first_of_name = (
            following is not None
            and following[0][0].isupper()
            and len(following[0]) > 1
            and text[word.end() : following.start()] == " "
        )
        if capitals > 1 or not begins or is_first_of_name:
            names.add(word[0])
    return names


def _stems(text: str) -> set[str]:
    words = (found[0].casefold() for found in _WORD.finditer(text))
    return {word[:_LETTERS] for word in words if len(word) >= _SHORTEST}
