"""Return date of an out-of-office reply.

The general date parser dateparser is not used: its import takes longer than the rest of this
function's start, and it does not distinguish the first day of an absence, its last day and the day
of return. The words come from the files of `words`, in the languages that the text may be in.
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
"""Number of likeliest languages that are tried; short texts fit several."""
_BEFORE, _AFTER = 60, 40
"""Characters before and after a day that are searched for words that mark its role."""
_RANGE = 14
"""Maximum characters between the first and the last day of a range."""
_SENTENCE = re.compile(r"[!?\n\u3002\u0964]|(?<=\D)\.(?:\s|$)|(?<=\d\d\d\d)\.(?:\s|$)")

Role = Literal["back", "until", "through", "since", ""]
"""Role of a day in an absence: `back` is the day of return, `until` the last day away or the day of
return, `through` the last day away, `since` the first day away."""


@dataclass(frozen=True, slots=True)
class _Day:
    role: Role
    day: date


def back_on(
    text: str, received: date, *, month_first: bool | None = None, sure: bool = False
) -> date | None:
    """Return the return date given in an out-of-office reply, or None if no plausible date is
    found. `text` is folded. `month_first` is true if the writer means 1 July by `7/1`; None if
    unknown. With `sure`, only a date counts that a word marks as the day of return or the end of
    the absence."""
    languages = words.languages_of(text)[:_LANGUAGES]
    calendar_days = dates.in_text(text, languages, received, month_first)
    by_date = _days(text, received, languages, calendar_days)
    if sure:
        return _chosen((each for each in by_date if each.role), received)
    relative = _relative(text, received, languages, months=not calendar_days)
    return _chosen(by_date, received) or _chosen(relative, received)


def _chosen(days: Iterable[_Day], received: date) -> date | None:
    """Return the earliest day marked as `back`, else as `through`, else as `until`; else the latest
    day without a role. Days in the past or too far ahead are ignored."""
    ahead = [each for each in days if received <= each.day <= received + _FURTHEST]
    for role in ("back", "through", "until", ""):
        fitting = [each.day for each in ahead if each.role == role]
        if fitting:
            return min(fitting) if role else max(fitting)
    return None


def _days(
    text: str, received: date, languages: Sequence[str], calendar_days: Sequence[Found]
) -> Iterator[_Day]:
    """Yield the role of each calendar date of the text, and the return date that it implies."""
    for at, found in enumerate(calendar_days):
        role = _role(
            text,
            found,
            languages,
            calendar_days[at - 1] if at else None,
            calendar_days[at + 1 : at + 2],
        )
        for day in found.days(received, began=role == "since", back=role == "back"):
            if role != "since":
                yield _Day(role, day + timedelta(days=1) if role == "through" else day)


def _relative(
    text: str, received: date, languages: Sequence[str], *, months: bool
) -> Iterator[_Day]:
    """Yield the role and the return date of each day given by weekday, by distance ("tomorrow") or
    by month alone."""
    days = dates.relative_in_text(text, languages, received, months=months)
    for at, found in enumerate(days):
        role = _role(text, found, languages, days[at - 1] if at else None, days[at + 1 : at + 2])
        if role in ("back", "until", "through"):
            yield from (_Day(role, day) for day in found.days(received))


def _role(
    text: str,
    found: Found,
    languages: Sequence[str],
    before: Found | None,
    after: Sequence[Found],
) -> Role:
    """Return the role of a day in an absence, from the nearest word that marks one; words before
    the day take precedence over words after it. The second day of a range is the last day away."""
    start = max(found.start - _BEFORE, before.end if before else 0)
    end = min(found.end + _AFTER, after[0].start if after else len(text))
    left = _SENTENCE.split(text[start : found.start])[-1]
    right = _SENTENCE.split(text[found.end : end])[0]
    roles = _marks(left, languages)
    following: list[Role] = [] if after else _marks(right, languages)
    last = roles[-1] if roles else ""
    if found.ends_range or (before and _is_near(text, before, found)):
        return "back" if last == "back" else "through"
    if last == "until" and "through" in (*roles, *following[:1]):
        return "through"
    if last == "since" and "back" in (*roles, *following):
        return "back"
    if after and _is_near(text, found, after[0]):
        return "since"
    if last and not (last == "since" and following[:1] in (["through"], ["until"])):
        return last
    return following[0] if following and following[0] != "since" else ""


def _is_near(text: str, first: Found, second: Found) -> bool:
    between = text[first.end : second.start]
    return len(between) <= _RANGE and "\n" not in between


def _marks(text: str, languages: Sequence[str]) -> list[Role]:
    """Return the roles that the words of a text mark, in order; of overlapping matches the longest
    counts."""
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
