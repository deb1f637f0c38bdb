"""Whether a reply asks to stop, in the words of any language."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from outrider.inbound import words
from outrider.inbound.words import Said, spelling

SHORT = 12
"""Words of a reply that says one thing."""
_CLAUSE_ENDS = re.compile(
    r"[.,!?;:()\u2013\u2014\u061f\u060c\u3001\u3002\uff01\uff0c\uff1f\n]|\s-\s"
)
_WORDS = re.compile(r"[\w']+")
_BEFORE = 3
"""Words before a phrase among which one turns it into its opposite."""

Asked = Literal["yes", "maybe", "no"]


def asks_to_stop(said: Said, title: Said) -> Asked:
    """`title` is the subject, which counts in an empty mail. `maybe`: words of stopping that may
    be about something else, which a person has to see."""
    if not said.text.strip():
        said = title
    if _asks(said) or ((mended := spelling.mended(said.text)) and _asks(Said(mended))):
        return "yes"
    return "maybe" if _has("doubt", said) else "no"


def _asks(said: Said) -> bool:
    """In a phrase; in a word that a short reply would not have otherwise; or as all there is: of a
    clause of a short reply, of one of the first lines."""
    if _has("stop", said):
        return True
    clauses = [line for line in said.text.splitlines() if line.strip()][:3]
    if len(said.text.split()) <= SHORT:
        if _has("stop_short", said):
            return True
        clauses = _CLAUSE_ENDS.split(said.text)
    return any(map(_is_stop_alone, clauses))


def _has(meaning: words.Meaning, said: Said) -> bool:
    found = words.phrases(meaning).find_with_languages(said)
    return any(_is_meant(each, languages, said) for each, languages in found)


def _is_meant(found: re.Match[str], languages: Iterable[str], said: Said) -> bool:
    """Whether no word before it in its clause says the opposite ("please don't remove me"), in one
    of its languages or in English, whose words others borrow, and it goes on to nothing else ("our
    unsubscribe rate")."""
    negations = _negations("en").union(*map(_negations, languages))
    clause = _CLAUSE_ENDS.split(said.text[max(0, found.start() - 60) : found.start()])[-1]
    before = _WORDS.findall(clause)[-_BEFORE:]
    if not negations.isdisjoint(before) and negations.isdisjoint(_WORDS.findall(found[0])):
        return False
    return not any(start < found.end() <= end for start, end in said.not_stop)


def _is_stop_alone(clause: str) -> bool:
    """Whether nothing but words of courtesy stands around a word that asks to stop."""
    said = Said(clause)
    return any(
        _courtesy().issuperset(_WORDS.findall(f"{clause[: found.start()]} {clause[found.end() :]}"))
        for found in words.phrases("stop_alone").find(said)
    )


@cache
def _courtesy() -> frozenset[str]:
    return frozenset(words.fold("\n".join(words.lines("courtesy"))).split())


@cache
def _negations(language: str) -> frozenset[str]:
    return frozenset(words.fold("\n".join(words.sections()[language].get("negation", ()))).split())
