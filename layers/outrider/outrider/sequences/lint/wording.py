"""Rules about wording: subjects, shouting, and phrases known to spam filters."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from outrider.sequences.lint.findings import Remark
from outrider.sequences.lint.parts import TextPart, shown_length

MAX_SUBJECT = 70
"""Characters of a subject that a desktop client shows; a phone shows half as many."""
_MANY_LETTERS = 12
_LOUD = 0.6
"""Share of capitals among the letters above which a text is shouting."""
_SHOWN_PHRASES = 5

_REPLY = re.compile(r"(?:re|fwd?|aw|wg|sv|tr|rv)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_MARKS = re.compile(r"[!?]{2,}|[$€£]{2,}")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*%?")
_LOUD_WORDS = 3
"""Consecutive words in capitals that are shouting; shorter ones may be abbreviations."""
_LOUD_LENGTH = 4


def subject(part: TextPart, *, first: bool) -> Iterator[Remark]:
    """Yield remarks on a subject; `first` if it belongs to the first email of the sequence."""
    if first and _REPLY.match(part.words):
        yield Remark(
            "subject_reply",
            "error",
            "The first email is not a reply: a subject that begins like one deceives. Leave the "
            "prefix out",
        )
    if shown_length(part.longest) > MAX_SUBJECT:
        message = f"Of a subject longer than {MAX_SUBJECT} characters readers see the beginning"
        yield Remark("subject_long", "warning", f"{message}: shorten it")


def shouting(part: TextPart) -> Iterator[Remark]:
    """Yield remarks on text in capitals and on repeated punctuation marks."""
    letters = [letter for letter in part.words if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    if len(letters) >= _MANY_LETTERS and capitals > _LOUD * len(letters):
        yield Remark(
            "shouting", "warning", "A text in capitals reads as shouting: use normal capitalization"
        )
    elif _shouts(_WORD.findall(part.words)):
        yield Remark("shouting", "warning", "Several words in capitals read as shouting: use fewer")
    if found := _MARKS.search(part.words):
        yield Remark(
            "punctuation", "warning", f"{found[0][:5]} reads as shouting: one mark is enough"
        )


def _shouts(words: Sequence[str]) -> bool:
    in_row = 0
    for word in words:
        in_row = in_row + 1 if word.isupper() and len(word) >= _LOUD_LENGTH else 0
        if in_row == _LOUD_WORDS:
            return True
    return False


def phrases(part: TextPart) -> Iterator[Remark]:
    words = _folded(part.words)
    known = _phrases()
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        for phrase in known.get(word, ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                found[" ".join(phrase)] = None
    if found:
        named = ", ".join(f"“{phrase}”" for phrase in list(found)[:_SHOWN_PHRASES])
        more = f" and {len(found) - _SHOWN_PHRASES} more" if len(found) > _SHOWN_PHRASES else ""
        yield Remark("spam_phrase", "warning", f"Filters know {named}{more}: use other words")


@cache
def _phrases() -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Return the known spam phrases by their first word."""
    by_word = defaultdict(list)
    for line in Path(__file__).with_name("phrases.txt").read_text("utf-8").splitlines():
        words = tuple(_folded(line.partition("#")[0]))
        if words:
            by_word[words[0]].append(words)
    return by_word


def _folded(text: str) -> list[str]:
    return [word.casefold().replace("\u2019", "'") for word in _WORD.findall(text)]
