"""Phrases of replies, one file per language; the notation is in `README.md`.

The language of a reply is not known in advance, so phrases of all languages are searched at once.
Compiling all of them would take longer than the rest of the processing of an email. So phrases are
indexed by the beginnings of their required words, and only phrases whose words are in the text are
compiled.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from outrider.inbound.classification.words import notation

Meaning = Literal[
    "stop",
    "stop_alone",
    "stop_short",
    "not_stop",
    "doubt",
    "out_of_office",
    "left",
    "wrong_person",
    "not_interested",
    "interested_later",
    "objection",
    "information_request",
    "interested",
]

WordMeaning = Literal["courtesy", "negation", "negation_behind"]
"""Names of the sections that list single words."""

_HERE = Path(__file__).parent
_LETTERS = str.maketrans("øœæđł\u0131ħ", "oeadlih")
"""Letters that Unicode does not decompose into a base letter and an accent."""
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u093c\u094d\u0e38-\u0e3a\u0e48-\u0e4b\u3099\u309a]+"
)
"""Combining marks of the scripts of `words`, after decomposition."""
_KEYS = re.compile(r"\w+")


def fold(text: str) -> str:
    """Return the case- and accent-folded form in which texts and phrases are compared: also with
    `ae`, `oe` and `ue` like umlauts, plain apostrophes, and `e-mail` as one word."""
    text = text.replace("\u2019", "'").replace("\u00b4", "'").replace("`", "'").casefold()
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).translate(_LETTERS))
    text = text.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return text.replace("e-mail", "email")


def read(language: str, folder: Path = _HERE) -> dict[str, list[str]]:
    """Return the lines of each section of a language's file."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    text = (folder / f"{language}.txt").read_text(encoding="utf-8")
    for line in map(str.strip, text.splitlines()):
        if line.startswith("== "):
            lines = sections.setdefault(line.strip("= "), [])
        elif line and line[0] != "#":
            lines.append(line)
    return sections


@cache
def sections() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the sections of all languages by language code."""
    here = sorted(_HERE.glob("*.txt"))
    return {file.stem: read(file.stem) for file in here}


def lines(section: str) -> list[str]:
    """Return the lines of a section in all languages."""
    return [line for language in sections().values() for line in language.get(section, ())]


@cache
def _vocabularies() -> Mapping[str, frozenset[str]]:
    """Return all words of each language's file, for language detection."""
    return {
        language: frozenset(_signs(fold(" ".join(map("\n".join, sections.values())))))
        for language, sections in sections().items()
    }


def _signs(text: str) -> set[str]:
    """Return the words of the text; for scripts that do not separate words, pairs of letters
    instead."""
    return {sign for word in _KEYS.findall(text) for sign in notation.signs(word)}


def languages_of(text: str) -> list[str]:
    """Return the codes of the languages that a folded text may be in, the likeliest first."""
    signs = _signs(text)
    of = {language: len(signs & known) for language, known in _vocabularies().items()}
    return sorted(of, key=lambda language: -of[language])


class FoldedText:
    """Folded text that is searched for phrases."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def not_stop(self) -> list[tuple[int, int]]:
        """Positions of opt-out phrases that are used in another sense."""
        return [found.span() for found in phrases("not_stop").find(self)]

    @cached_property
    def beginnings(self) -> set[str]:
        """Prefixes of its words, the keys of the phrase index."""
        found: set[str] = set()
        for word in set(_KEYS.findall(self.text)):
            found.update(notation.beginnings(word))
        return found


class Phrases:
    """All languages' phrases of one meaning, with an index for fast search."""

    def __init__(self, meaning: Meaning) -> None:
        self._by_beginning: dict[str, list[str]] = {}
        self._languages: dict[str, set[str]] = {}
        for language, of in sections().items():
            for phrase in fold("\n".join(of.get(meaning, ()))).splitlines():
                self._languages.setdefault(phrase, set()).add(language)
        for phrase in self._languages:
            for key in notation.rarest(phrase):
                self._by_beginning.setdefault(key, []).append(phrase)

    def find(self, reply: FoldedText) -> Iterator[re.Match[str]]:
        """Yield the matches in the text."""
        return (found for found, _ in self.find_with_languages(reply))

    def find_with_languages(self, reply: FoldedText) -> Iterator[tuple[re.Match[str], set[str]]]:
        """Yield the matches in the text, with the languages that have the phrase."""
        for phrase in self.candidates(reply):
            for found in notation.compiled(phrase).finditer(reply.text):
                yield found, self._languages[phrase]

    def candidates(self, reply: FoldedText) -> Iterator[str]:
        """Yield the phrases whose required words are all in the text."""
        present = reply.beginnings
        found = (self._by_beginning[key] for key in present & self._by_beginning.keys())
        for phrase in dict.fromkeys(phrase for some in found for phrase in some):
            if not any(present.isdisjoint(keys) for keys in notation.needed(phrase)):
                yield phrase


@cache
def phrases(meaning: Meaning) -> Phrases:
    return Phrases(meaning)
