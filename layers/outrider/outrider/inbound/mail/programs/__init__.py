"""Texts that email clients and servers add to messages, one file per language; the format is in
`README.md`."""

from functools import cache
from pathlib import Path
from typing import Literal

from outrider.inbound.classification.words import fold, read

Section = Literal[
    "from",
    "headers",
    "wrote",
    "original",
    "sent from",
    "automatic",
    "thanks",
    "read",
    "acknowledged",
    "polite",
    "footer",
    "notice",
    "click",
    "leave",
]
FOLDER = Path(__file__).parent


@cache
def entries(section: Section) -> tuple[str, ...]:
    """Return the folded entries of all languages: the language of an email is not known in
    advance."""
    found = (entry for language in _languages() for entry in language.get(section, ()))
    return tuple(dict.fromkeys(map(fold, found)))


@cache
def names(section: Section) -> frozenset[str]:
    """Return the entries as a set, for lookups."""
    return frozenset(entries(section))


@cache
def _languages() -> tuple[dict[str, list[str]], ...]:
    return tuple(read(file.stem, FOLDER) for file in sorted(FOLDER.glob("*.txt")))
