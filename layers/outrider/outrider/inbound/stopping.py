"""Whether a reply asks to stop, in the words of any language."""

import re
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
    if any(_is_meant(each, said) for each in words.phrases("doubt").find(said)):
        return "maybe"
    return "no"


def _asks(said: Said) -> bool:
    """In a phrase; in a word that a short reply would not have otherwise; or as all there is: of a
    clause of a short reply, of one of the first lines."""
    if any(_is_meant(each, said) for each in words.phrases("stop").find(said)):
        return True
    clauses = [line for line in said.text.splitlines() if line.strip()][:3]
    if len(said.text.split()) <= SHORT:
        if any(_is_meant(each, said) for each in words.phrases("stop_short").find(said)):
            return True
        clauses = _CLAUSE_ENDS.split(said.text)
    return any(map(_is_stop_alone, clauses))


def _is_meant(found: re.Match[str], said: Said) -> bool:
    """Whether no word before it in its clause says the opposite ("please don't remove me"), and it
    goes on to nothing else ("our unsubscribe rate")."""
    negations = _of("negation")
    clause = _CLAUSE_ENDS.split(said.text[max(0, found.start() - 60) : found.start()])[-1]
    before = _WORDS.findall(clause)[-_BEFORE:]
    if not negations.isdisjoint(before) and negations.isdisjoint(_WORDS.findall(found[0])):
        return False
    return not any(start < found.end() <= end for start, end in said.not_stop)


def _is_stop_alone(clause: str) -> bool:
    """Whether nothing but words of courtesy stands around a word that asks to stop."""
    said = Said(clause)
    return any(
        _of("courtesy").issuperset(
            _WORDS.findall(f"{clause[: found.start()]} {clause[found.end() :]}")
        )
        for found in words.phrases("stop_alone").find(said)
    )


@cache
def _of(meaning: words.WordMeaning) -> frozenset[str]:
    """The single words of all phrases of a meaning."""
    return frozenset(words.fold("\n".join(words.lines(meaning))).split())
