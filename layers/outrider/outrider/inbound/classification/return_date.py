"""The day on which someone who is away says they are back.

A library that reads dates of any language (dateparser) takes longer to import than all of this
function takes to start, and does not say whether a day is the first of an absence, its last, or
the first behind it. The words are in the files of `words`, in the language that the text is in.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from outrider.inbound.classification import dates, words
from outrider.inbound.classification.dates import Found
from outrider.inbound.classification.words import notation

_FURTHEST = timedelta(days=400)
_LANGUAGES = 2
"""Those that a text is most likely in; short texts fit several."""
_BEFORE, _BEHIND = 60, 40
"""Characters around a day in which stands what it is."""
_RANGE = 14
"""Characters between the first and the last day of an absence."""
_SENTENCE = re.compile(r"[!?\n\u3002\u0964]|(?<=\D)\.(?:\s|$)|(?<=\d\d\d\d)\.(?:\s|$)")

Role = Literal["back", "until", "through", "since", ""]
"""What a day is: the first back; the last away or the first back; the last away; the first away."""


@dataclass(frozen=True, slots=True)
class _Day:
    role: Role
    day: date


def back_on(
    text: str, received: date, *, month_first: bool | None = None, sure: bool = False
) -> date | None:
    """The first day they say to be there again; None when no day is told that can be meant. `text`
    is folded; `month_first` says how `7/1` is written where the writer is, None where nobody
    knows. With `sure` only a date counts of which a word says that they are back, or until when
    they are away."""
    languages = words.languages_of(text)[:_LANGUAGES]
    whole = dates.in_text(text, languages, received, month_first)
    by_date = _days(text, received, languages, whole)
    if sure:
        return _chosen((each for each in by_date if each.role), received)
    relative = _relative(text, received, languages, months=not whole)
    return _chosen(by_date, received) or _chosen(relative, received)


def _chosen(days: Iterable[_Day], received: date) -> date | None:
    """The first day back that is told, else the first that says most; a day that is told without
    saying what it is counts as the last."""
    ahead = [each for each in days if received <= each.day <= received + _FURTHEST]
    for role in ("back", "through", "until", ""):
        fitting = [each.day for each in ahead if each.role == role]
        if fitting:
            return min(fitting) if role else max(fitting)
    return None


def _days(
    text: str, received: date, languages: Sequence[str], whole: Sequence[Found]
) -> Iterator[_Day]:
    """What is told by the days of the month that stand there."""
    for at, found in enumerate(whole):
        role = _role(text, found, languages, whole[at - 1] if at else None, whole[at + 1 : at + 2])
        for day in found.days(received, began=role == "since", back=role == "back"):
            if role != "since":
                yield _Day(role, day + timedelta(days=1) if role == "through" else day)


def _relative(
    text: str, received: date, languages: Sequence[str], *, months: bool
) -> Iterator[_Day]:
    """What is told by days of the week, how far away it is, or months alone."""
    told = dates.relative_in_text(text, languages, received, months=months)
    for at, found in enumerate(told):
        role = _role(text, found, languages, told[at - 1] if at else None, told[at + 1 : at + 2])
        if role in ("back", "until", "through"):
            yield from (_Day(role, day) for day in found.days(received))


def _role(
    text: str,
    found: Found,
    languages: Sequence[str],
    before: Found | None,
    after: Sequence[Found],
) -> Role:
    """By the nearest word that says it, rather before the day than behind it; a day close behind
    another is the last of an absence."""
    start = max(found.start - _BEFORE, before.end if before else 0)
    end = min(found.end + _BEHIND, after[0].start if after else len(text))
    left = _SENTENCE.split(text[start : found.start])[-1]
    right = _SENTENCE.split(text[found.end : end])[0]
    roles = _marks(left, languages)
    behind: list[Role] = [] if after else _marks(right, languages)
    last = roles[-1] if roles else ""
    if found.ends_range or (before and _is_near(text, before, found)):
        return "back" if last == "back" else "through"
    if last == "until" and "through" in (*roles, *behind[:1]):
        return "through"
    if last == "since" and "back" in (*roles, *behind):
        return "back"
    if after and _is_near(text, found, after[0]):
        return "since"
    if last and not (last == "since" and behind[:1] in (["through"], ["until"])):
        return last
    return behind[0] if behind and behind[0] != "since" else ""


def _is_near(text: str, first: Found, second: Found) -> bool:
    between = text[first.end : second.start]
    return len(between) <= _RANGE and "\n" not in between


def _marks(text: str, languages: Sequence[str]) -> list[Role]:
    """What the words of a text say of a day, in their order; of those that begin together the
    longest."""
    found: dict[int, tuple[int, Role]] = {}
    for language in languages:
        for role, pattern in _patterns(language):
            for each in pattern.finditer(text):
                if found.get(each.start(), (-1, ""))[0] < each.end():
                    found[each.start()] = each.end(), role
    marks: list[Role] = []
    reached = -1
    for start, (end, role) in sorted(found.items()):
        if start >= reached:
            marks.append(role)
            reached = end
    return marks


@cache
def _patterns(language: str) -> list[tuple[Role, re.Pattern[str]]]:
    sections = words.sections()[language]
    roles: tuple[Role, ...] = ("since", "until", "through", "back")
    return [
        (role, notation.compiled(words.fold(phrase)))
        for role in roles
        for phrase in sections.get(role, ())
    ]
