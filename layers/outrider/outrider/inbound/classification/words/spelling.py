"""Correction of misspelt opt-out words: annoyed people type fast."""

import re
from collections.abc import Iterator
from functools import cache

from outrider.inbound.classification import words

_LATIN = re.compile(r"[a-z']+(?![\w'*])")
_SHORTEST = 6
_LONG = 9
"""Minimum length of a word in which two typos are corrected."""
_MOST = 40
"""Maximum number of words of a reply that is corrected."""


def mended(text: str) -> str | None:
    """Return a folded text with its opt-out words corrected; None if none is misspelt."""
    found = False

    def mend(word: re.Match[str]) -> str:
        nonlocal found
        right = _meant(word[0])
        found = found or right is not None
        return right or word[0]

    repeated = re.sub(r"(\w)\1{2,}", r"\1", text)
    if len(repeated.split()) > _MOST:
        return None
    result = _LATIN.sub(mend, repeated)
    return result if found or repeated != text else None


@cache
def _vocabulary() -> tuple[frozenset[str], dict[str, list[str]]]:
    """Return the opt-out words, and those long enough to correct by their first letter."""
    phrases = words.lines("stop") + words.lines("stop_short") + words.lines("stop_alone")
    known = frozenset(_LATIN.findall(words.fold("\n".join(phrases))))
    by_letter: dict[str, list[str]] = {}
    for word in sorted(known):
        if len(word) >= _SHORTEST:
            by_letter.setdefault(word[0], []).append(word)
    return known, by_letter


def _meant(word: str) -> str | None:
    known, by_letter = _vocabulary()
    if len(word) < _SHORTEST - 1 or word in known:
        return None
    return next(
        (right for right in by_letter.get(word[0], ()) if _is_slip(word, right)),
        None,
    )


def _is_slip(word: str, right: str) -> bool:
    """Return whether `word` is a typo of `right`: one letter missing, extra or swapped with the
    next, in a long word two. A substituted letter does not count, since it may make another word
    ("remote" is not "remove")."""
    allowed = 2 if len(right) >= _LONG else 1
    if abs(len(word) - len(right)) > allowed:
        return False
    return any(each == right for each in _within(word, right, allowed))


def _within(word: str, right: str, slips: int) -> Iterator[str]:
    """Yield `word` after each possible series of up to `slips` corrections. Each correction is at
    the first letter that differs from `right`."""
    at = next((n for n, (a, b) in enumerate(zip(word, right, strict=False)) if a != b), None)
    if at is None:
        at = min(len(word), len(right))
    if word == right or not slips:
        yield word
        return
    if len(word) < len(right) or slips > 1:
        yield from _within(word[:at] + right[at : at + 1] + word[at:], right, slips - 1)
    if len(word) > len(right) or slips > 1:
        yield from _within(word[:at] + word[at + 1 :], right, slips - 1)
    if word[at : at + 2] == right[at : at + 2][::-1]:
        swapped = word[:at] + right[at : at + 2] + word[at + 2 :]
        yield from _within(swapped, right, slips - 1)
