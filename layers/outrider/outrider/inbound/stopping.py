"""Whether a reply asks to stop, in the words of any language."""

import re
from functools import cache

from outrider.inbound import words
from outrider.inbound.words import Said

SHORT = 12
"""Words of a reply that says one thing."""
_CLAUSE_ENDS = re.compile(r"[.,!?;:()\u2013\u2014\u3002\uff0c\u3001\n]|\s-\s")
_WORDS = re.compile(r"[\w']+")
_BEFORE = 3
"""Words before a phrase among which one turns it into its opposite."""


def asks_to_stop(said: Said, title: str) -> bool:
    """In a phrase; in a word that a short reply would not have otherwise; or as all there is: of a
    clause of a short reply, of one of the first lines, of the subject of an empty mail."""
    if any(_is_meant(each, said) for each in words.phrases("stop").find(said)):
        return True
    lines = [line for line in said.text.splitlines() if line.strip()][:3] or [title]
    clauses = lines
    if len(said.text.split()) <= SHORT:
        if any(_is_meant(each, said) for each in words.phrases("stop_short").find(said)):
            return True
        clauses = [clause for line in lines for clause in _CLAUSE_ENDS.split(line)]
    return any(map(_is_stop_alone, clauses))


def _is_meant(found: re.Match[str], said: Said) -> bool:
    """Whether no word before it in its clause says the opposite ("please don't remove me"), and it
    is no part of a phrase that says something else ("our unsubscribe rate")."""
    clause = _CLAUSE_ENDS.split(said.text[max(0, found.start() - 60) : found.start()])[-1]
    if not _of("negation").isdisjoint(_WORDS.findall(clause)[-_BEFORE:]):
        return False
    return not any(
        other.start() <= found.start() and found.end() <= other.end()
        for other in words.phrases("not_stop").find(said)
    )


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
