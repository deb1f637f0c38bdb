"""What mail programs write around the words of people, one file for each language: `README.md` says
how."""

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
    """Those of all languages, folded: nobody says which language a mail is in."""
    found = (entry for language in _languages() for entry in language.get(section, ()))
    return tuple(dict.fromkeys(map(fold, found)))


@cache
def names(section: Section) -> frozenset[str]:
    """The same, to look one up."""
    return frozenset(entries(section))


@cache
def _languages() -> tuple[dict[str, list[str]], ...]:
    return tuple(read(file.stem, FOLDER) for file in sorted(FOLDER.glob("*.txt")))
