"""Parsing of dates in text, in the languages of `words`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from outrider.inbound.classification import words

_MOST = 20
"""Maximum number of dates of a text that are considered; an out-of-office reply has few."""
_STALE = 100
"""A date without a year that lies more days back than this is taken as next year's."""
_LATE = 30
"""The same for a return date."""
_NAME_ENDS = r"(?![\da-z\u0370-\u04ff])"
"""Pattern for the end of a month name, in scripts that separate words."""
_YEAR = r"(?:[\s,]*(?:de |del |m\.? )?(?P<{}>20\d\d)(?!\d))?"
_YEAR_FIRST = ("ja", "ko", "zh")
_OF_YEAR, _OF_MONTH, _OF_DAY = map(words.fold, ("年|년", "月|월", "日|號|号|일"))
_IN_FIGURES = re.compile(
    r"(?<![\da-z/])(?<!\d\.)(?:"
    rf"(?P<iso>20\d\d)\s?(?:[-/.]|{_OF_YEAR})\s?(?P<iso_m>[01]?\d)\s?(?:[-/.]|{_OF_MONTH})"
    r"\s?(?P<iso_d>[0-3]?\d)(?!\d)"
    rf"|(?P<cjk_m>[01]?\d)\s?(?:{_OF_MONTH})\s?(?P<cjk_d>[0-3]?\d)\s?(?:{_OF_DAY})"
    r"|(?P<a>[0-3]?\d)(?P<mark>\s?[./]\s?|-)(?P<b>[0-3]?\d)"
    r"(?:(?P=mark)\s?(?P<y>(?:20)?\d\d)(?![\d:]))?(?![\d:%])"
    r")"
)
_DAY = r"(?P<{}>[0-3]?\d)(?!\d)(?:st|nd|rd|th|[.\u00ba\u00b0])?"


@dataclass(frozen=True, slots=True)
class Found:
    """A day and its position in a text; the year may be missing."""

    start: int
    end: int
    day: int
    month: int
    year: int = 0
    given: date | None = None
    """The date, if it was given relative to the day of receipt."""
    ends_range: bool = False
    """Whether it is the second day of a range whose first day has no month of its own."""

    def days(self, received: date, *, began: bool = False, back: bool = False) -> Iterator[date]:
        """Yield the possible dates; none if the day does not exist. Without a year, yield the first
        that is not far in the past; for an absence that `began`, yield the latest that is not in
        the future before it."""
        if self.given:
            yield self.given
            return
        years = [self.year] if self.year else [received.year - 1, received.year, received.year + 1]
        near = []
        for year in years:
            try:
                near.append(date(year, self.month, self.day))
            except ValueError:
                continue
        if self.year:
            yield from near
            return
        if began:
            yield from [day for day in near if day <= received][-1:]
        least = received - timedelta(days=_LATE if back else _STALE)
        yield from [day for day in near if day >= least][:1]


def in_text(
    text: str, languages: Sequence[str], received: date, month_first: bool | None
) -> list[Found]:
    """Return the calendar dates of a text, in order. `month_first` decides `7/1`; None if
    unknown."""
    found = [*_in_figures(text, languages, received, month_first)]
    for language in languages:
        found += _in_words(text, language)
    return _apart(found)


def _apart(found: Iterable[Found]) -> list[Found]:
    """Remove dates that lie inside another one: several languages may find the same date."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept[:_MOST]


def _in_figures(
    text: str, languages: Sequence[str], received: date, month_first: bool | None
) -> Iterator[Found]:
    """Yield the numeric dates. All have the same order of day and month, decided in this sequence:
    a number above 12; the language if it is not English; the writer's time zone (`month_first`) for
    slashes and dashes; else the order that gives the nearest future date. With dots the day is
    first; after a leading year the month is."""
    matches = list(_IN_FIGURES.finditer(text))
    pairs = [(int(each["a"]), int(each["b"])) for each in matches if each["a"]]
    if any(b > 12 >= a for a, b in pairs):
        month_first = True
    elif any(a > 12 >= b for a, b in pairs):
        month_first = False
    elif languages[0] != "en":
        month_first = languages[0] in _YEAR_FIRST
    for each in matches:
        span = each.span()
        if each["iso"]:
            yield Found(*span, int(each["iso_d"]), int(each["iso_m"]), int(each["iso"]))
        elif each["cjk_m"]:
            yield Found(*span, int(each["cjk_d"]), int(each["cjk_m"]))
        else:
            a, b = int(each["a"]), int(each["b"])
            year = int(each["y"] or 0)
            year += 2000 if 0 < year < 100 else 0
            dotted = "." in each["mark"]
            orders = [Found(*span, a, b, year), Found(*span, b, a, year)]
            if month_first is None and not dotted:
                yield min(orders, key=lambda order: _sooner(order, received))
            else:
                yield orders[bool(month_first) and not (dotted and b <= 12)]


def _sooner(found: Found, received: date) -> date:
    return next((day for day in found.days(received) if day >= received), date.max)


def _in_words(text: str, language: str) -> Iterator[Found]:
    months = _names(language, "months")
    if not months:
        return
    for each in _by_month(language).finditer(text):
        month = _number(each["m1"] or each["m2"], months)
        last = each["d1"] or each["last"] or each["d2"]
        year = each["y1"] or each["y2"] or each["y0"]
        ranged = bool(each["from"] or each["last"])
        yield Found(*each.span(), int(last), month, int(year or 0), ends_range=ranged)


@cache
def _by_month(language: str) -> re.Pattern[str]:
    month = _any(_names(language, "months"))
    day_first = (
        r"(?:(?P<from>[0-3]?\d)(?:st|nd|rd|th|er|\.)?\s*"
        r"(?:[-\u2013\u2014]|[^\W\d]{1,4}\s|t/m\s)\s*)?"
        + _DAY.format("d1")
        + r"(?:-?[^\W\d]{1,3}(?=\s))?\s*(?:[\w']{1,4}\s+|\w{1,3}['-]\s?|d')?"
        + rf"\w??-?(?P<m1>{month}){_NAME_ENDS}\.?"
        + _YEAR.format("y1")
    )
    month_first = (
        r"(?<!\w)(?:(?P<y0>20\d\d)[\w.]*\s+(?:m\.?\s+)?)?"
        + rf"(?P<m2>{month}){_NAME_ENDS}\.?\s*(?:the\s+)?"
        + _DAY.format("d2")
        + r"(?:\s*[-\u2013\u2014]\s*(?P<last>[0-3]?\d)(?![\d./:]))?"
        + _YEAR.format("y2")
    )
    return re.compile(rf"(?<![\d./:])(?:{day_first}|{month_first})")


def relative_in_text(
    text: str, languages: Sequence[str], received: date, *, months: bool
) -> list[Found]:
    """Return the days given by weekday, by distance ("tomorrow") or, if `months`, by month
    alone."""
    return _apart(
        Found(*each.span(), day.day, day.month, given=day)
        for language in languages
        for each in _relative(language).finditer(text)
        if (months or not each["month"]) and (day := _of_relative(each, language, received))
    )


@cache
def _relative(language: str) -> re.Pattern[str]:
    sections = words.sections()[language]
    part = "|".join(
        rf"(?P<{name}>{_plain(sections.get(name, ()))})"
        for name in ("late", "middle", "early")
        if sections.get(name)
    )
    ahead = _plain([word for line in sections.get("next", ()) for word in line.split()])
    month = _any(_names(language, "months"))
    weekday = _any(_names(language, "weekdays"))
    part = part or r"(?P<early>(?!))"
    return re.compile(
        rf"(?<!\w)(?:(?P<tomorrow>{_plain(sections.get('tomorrow', ()))})"
        rf"|(?P<week>{_plain(sections.get('next_week', ()))})"
        rf"|(?:(?P<next>{ahead})\s+)?(?P<weekday>{weekday})"
        rf"|(?:(?:{part})[\s-]*(?:of |de |d'|di |the )?)?(?P<month>{month})"
        rf"(?:\s+(?:de )?(?P<year>20\d\d))?)(?!\w)"
    )


def _of_relative(found: re.Match[str], language: str, received: date) -> date | None:
    if found["tomorrow"]:
        return received + timedelta(days=1)
    if found["week"]:
        return received + timedelta(days=7 - received.weekday())
    if found["weekday"]:
        ahead = _number(found["weekday"], _names(language, "weekdays")) - 1 - received.weekday()
        return received + timedelta(days=ahead + 7 if found["next"] else ahead % 7 or 7)
    groups = found.groupdict()
    month = _number(found["month"], _names(language, "months"))
    for year in [int(found["year"])] if found["year"] else [received.year, received.year + 1]:
        if groups.get("late"):
            day = date(year + month // 12, month % 12 + 1, 1)
        else:
            day = date(year, month, 16 if groups.get("middle") else 1)
        if day >= received:
            return day
    return None


@cache
def _names(language: str, section: str) -> tuple[tuple[str, ...], ...]:
    """Return the folded names of each month or weekday, in order."""
    lines = words.sections()[language].get(section, [])
    return tuple(_line(line) for line in words.fold("\n".join(lines)).splitlines())


def _line(line: str) -> tuple[str, ...]:
    """Split a line into names: at commas if it has any, else at blanks."""
    names = line.split(",") if "," in line else line.split()
    return tuple(name.strip() for name in names if name.strip())


def _any(lines: Sequence[Sequence[str]]) -> str:
    names = sorted((name for line in lines for name in line), key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\*", r"\w*") for name in names) or "(?!)"


def _number(name: str, lines: Sequence[Sequence[str]]) -> int:
    """Return the number of the line with the longest name that matches."""
    fitting = [
        (len(each), number)
        for number, line in enumerate(lines, start=1)
        for each in line
        if (name.startswith(each[:-1]) if each.endswith("*") else name == each)
    ]
    return max(fitting)[1]


def _plain(phrases: Sequence[str]) -> str:
    folded = words.fold("\n".join(phrases)).splitlines()
    return "|".join(sorted(map(re.escape, folded), key=len, reverse=True)) or "(?!)"
