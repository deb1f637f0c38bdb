"""What people write in replies, one file of phrases for each language: `README.md` says how.

Nobody says which language a reply is in, so those of all are looked for at once. Compiling all of
them would take longer than all else an inbound mail needs: of each phrase the words it cannot do
without are indexed by how they begin, and only phrases whose words stand in the text are compiled.
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
"""Of sections of single words."""

_HERE = Path(__file__).parent
_LETTERS = str.maketrans("øœæđł\u0131ħ", "oeadlih")
"""Those that are no accented ones to Unicode."""
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u093c\u094d\u0e38-\u0e3a\u0e48-\u0e4b\u3099\u309a]+"
)
"""Marks that stand over or under a letter of the scripts of `words`, where it is taken apart."""
_KEYS = re.compile(r"\w+")


def fold(text: str) -> str:
    """As phrases are compared: in lower case, without accents, `ae`, `oe` and `ue` for umlauts as
    the umlauts, with plain apostrophes, `e-mail` as one word."""
    text = text.replace("\u2019", "'").replace("\u00b4", "'").replace("`", "'").casefold()
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).translate(_LETTERS))
    text = text.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return text.replace("e-mail", "email")


def read(language: str, folder: Path = _HERE) -> dict[str, list[str]]:
    """The lines of each section of a language's file, as they are written."""
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
    """What `read` finds of each language, by its code."""
    here = sorted(_HERE.glob("*.txt"))
    return {file.stem: read(file.stem) for file in here}


def lines(section: str) -> list[str]:
    """Those of all languages, as they are written."""
    return [line for language in sections().values() for line in language.get(section, ())]


@cache
def _vocabularies() -> Mapping[str, frozenset[str]]:
    """What languages are told apart by: all words of their files."""
    return {
        language: frozenset(_signs(fold(" ".join(map("\n".join, sections.values())))))
        for language, sections in sections().items()
    }


def _signs(text: str) -> set[str]:
    """Its words; of scripts that write none apart, what they are made of."""
    return {sign for word in _KEYS.findall(text) for sign in notation.signs(word)}


def languages_of(text: str) -> list[str]:
    """Codes of the languages that a folded text may be in, the likeliest first."""
    there = _signs(text)
    of = {language: len(there & known) for language, known in _vocabularies().items()}
    return sorted(of, key=lambda language: -of[language])


class Said:
    """A folded text in which phrases are looked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def not_stop(self) -> list[tuple[int, int]]:
        """Where it has words of stopping that are about something else."""
        return [found.span() for found in phrases("not_stop").find(self)]

    @cached_property
    def beginnings(self) -> set[str]:
        """How words of it begin."""
        found: set[str] = set()
        for word in set(_KEYS.findall(self.text)):
            found.update(notation.beginnings(word))
        return found


class Phrases:
    """The phrases of one meaning."""

    def __init__(self, meaning: Meaning) -> None:
        self._by_beginning: dict[str, list[str]] = {}
        self._languages: dict[str, set[str]] = {}
        for language, of in sections().items():
            for phrase in fold("\n".join(of.get(meaning, ()))).splitlines():
                self._languages.setdefault(phrase, set()).add(language)
        for phrase in self._languages:
            for key in notation.rarest(phrase):
                self._by_beginning.setdefault(key, []).append(phrase)

    def find(self, said: Said) -> Iterator[re.Match[str]]:
        """Where they stand in it, phrase by phrase."""
        return (found for found, _ in self.find_with_languages(said))

    def find_with_languages(self, said: Said) -> Iterator[tuple[re.Match[str], set[str]]]:
        """Where they stand in it, and the languages whose phrase that is."""
        for phrase in self.candidates(said):
            for found in notation.compiled(phrase).finditer(said.text):
                yield found, self._languages[phrase]

    def candidates(self, said: Said) -> Iterator[str]:
        """Those that may stand in it: words of theirs do."""
        there = said.beginnings
        found = (self._by_beginning[key] for key in there & self._by_beginning.keys())
        for phrase in dict.fromkeys(phrase for some in found for phrase in some):
            if not any(there.isdisjoint(keys) for keys in notation.needed(phrase)):
                yield phrase


@cache
def phrases(meaning: Meaning) -> Phrases:
    return Phrases(meaning)
