"""Detection of opt-out requests in replies, in all languages."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from outrider.inbound.classification import words
from outrider.inbound.classification.words import FoldedText, notation, spelling

SHORT = 12
"""Maximum number of words of a short reply, which is expected to make a single point."""
_CLAUSE_ENDS = re.compile(
    r"[.,!?;:()\u2013\u2014\u061f\u060c\u3001\u3002\uff01\uff0c\uff1f\n]|\s-\s"
)
_WORDS = re.compile(r"[\w']+")
_SENTENCE_ENDS = re.compile(r"[.!\n](?!\w)|[?\uff1f\u3002]")
_BEFORE, _AFTER = 3, 4
"""Words before and after a phrase among which a negation reverses its meaning."""
_NEAR = 8
"""The same before a phrase, in characters, for scripts that do not separate words."""
_LAW = re.compile(r"\b(?:art\w*|gdpr|dsgvo|ds-gvo|rgpd|rodo|avg|lgpd|kvkk|ccpa|\d\d)\b")

Asked = Literal["yes", "maybe", "no"]


def asks_to_stop(reply: FoldedText, title: FoldedText) -> Asked:
    """Return whether a reply is an opt-out request. `title` is the subject, which is used if the
    text is empty. `maybe`: opt-out phrases that may mean something else, for manual review."""
    if not reply.text.strip():
        reply = title
    asked = _asks(reply)
    if asked != "yes" and (mended := spelling.mended(reply.text)):
        asked = _surest([asked, _asks(FoldedText(mended))])
    return "maybe" if asked == "no" and _asked_by("doubt", reply) != "no" else asked


def clause_of(reply: FoldedText, found: re.Match[str]) -> FoldedText:
    """Return the clause that contains the match."""
    before = _CLAUSE_ENDS.split(reply.text[: found.start()])[-1]
    return FoldedText(before + found[0] + _CLAUSE_ENDS.split(reply.text[found.end() :])[0])


def _asks(reply: FoldedText) -> Asked:
    """Return whether the reply is an opt-out request: by a phrase of `stop`, by one of `stop_short`
    in a short reply, or by one of `stop_alone` that fills a clause of a short reply or one of the
    first three lines."""
    asked = _asked_by("stop", reply)
    if asked == "yes":
        return asked
    clauses = [line for line in reply.text.splitlines() if line.strip()][:3]
    if len(reply.text.split()) <= SHORT:
        asked = _surest([asked, _asked_by("stop_short", reply)])
        clauses = _CLAUSE_ENDS.split(reply.text)
    return "yes" if any(map(_is_stop_alone, clauses)) else asked


def _asked_by(meaning: words.Meaning, reply: FoldedText) -> Asked:
    found = words.phrases(meaning).find_with_languages(reply)
    return _surest(_sense(each, languages, reply) for each, languages in found)


def _surest(all_asked: Iterable[Asked]) -> Asked:
    surest: Asked = "no"
    for asked in all_asked:
        if asked == "yes":
            return asked
        surest = asked if asked == "maybe" else surest
    return surest


def _sense(found: re.Match[str], languages: Iterable[str], reply: FoldedText) -> Asked:
    """Return whether a matched phrase is an opt-out request. `no` if a negation precedes it in its
    clause ("please don't remove me"), in the phrase's language or in English, from which other
    languages borrow, or if it is used in another sense ("our unsubscribe rate"). `maybe` if the
    negation follows ("fjern mig ikke"), or if a question cites a law ("do you support GDPR Art.
    17?")."""
    if any(start < found.end() <= end for start, end in reply.not_stop):
        return "no"
    clause = _CLAUSE_ENDS.split(reply.text[max(0, found.start() - 60) : found.start()])[-1]
    negations = _single("negation", "en").union(*(_single("negation", each) for each in languages))
    if not _has_one(found[0], negations):
        before = " ".join(_WORDS.findall(clause)[-_BEFORE:])
        if _has_one(before[-_NEAR:] if notation.is_unspaced(clause) else before, negations):
            return "no"
        after = _WORDS.findall(_CLAUSE_ENDS.split(reply.text[found.end() : found.end() + 40])[0])
        turns = frozenset[str]().union(*(_single("negation_behind", each) for each in languages))
        if not turns.isdisjoint(after[:_AFTER]):
            return "maybe"
    if _LAW.search(found[0]):
        end = _SENTENCE_ENDS.search(reply.text, found.end())
        return "maybe" if end and end[0] in "?\uff1f" else "yes"
    return "yes"


def _has_one(text: str, some: frozenset[str]) -> bool:
    """Return whether the text has one of the words; in scripts that do not separate words, anywhere
    in it."""
    if not some.isdisjoint(_WORDS.findall(text)):
        return True
    return any(each in text for each in some if notation.is_unspaced(each))


def _is_stop_alone(clause: str) -> bool:
    """Return whether the clause has nothing but an opt-out request and words of courtesy."""
    reply = FoldedText(clause)
    return any(
        _courtesy().issuperset(_WORDS.findall(f"{clause[: found.start()]} {clause[found.end() :]}"))
        for found in words.phrases("stop_alone").find(reply)
    )


@cache
def _courtesy() -> frozenset[str]:
    return frozenset(words.fold("\n".join(words.lines("courtesy"))).split())


@cache
def _single(section: words.WordMeaning, language: str) -> frozenset[str]:
    """Return the words of a section that lists single words."""
    return frozenset(words.fold("\n".join(words.sections()[language].get(section, ()))).split())
