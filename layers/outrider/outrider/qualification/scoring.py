"""The score of a lead by an ideal customer profile: a pure function, with one line per rule.

A rule that matches has its weight in points, out of the weights of all rules that the profile has;
the points of the lines add up to the score. Whatever an exclusion matches scores 0.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from outrider.qualification.countries import country_of
from outrider.qualification.phrases import contains
from outrider.qualification.profiles import Criteria, Exclusions, Profile
from outrider.qualification.sizes import size_of
from outrider.qualification.titles import read_title

_SHOWN = 100
"""Characters of a fact that a line shows."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a lead, and where it was read: `contact.title`, `research.country`, …"""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a lead is scored by. Of several values for one thing the first is the best known."""

    titles: Sequence[Fact] = ()
    companies: Sequence[Fact] = ()
    domains: Sequence[Fact] = ()
    industries: Sequence[Fact] = ()
    sizes: Sequence[Fact] = ()
    countries: Sequence[Fact] = ()
    technologies: Sequence[Fact] = ()
    signals: Sequence[Fact] = ()


class ScoreLine(BaseModel):
    """What one rule adds to the score."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    rule: str
    """The rule of the profile; `exclusions.<rule>` for an exclusion, `no_profile` without rules."""
    points: int
    """Points that it adds; negative for an exclusion. Those of all lines add up to the score."""
    matched: str | None = None
    """The entry of the profile that matches; null when none does."""
    value: str | None = None
    """What is known of the lead, and was compared; null when nothing is known."""
    source: str | None = None
    """Where that was read, such as `contact.title`, `company.industry` or `research.country`."""


class Score(BaseModel):
    """A score from 0 to 100, with the lines that make it."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    score: int = Field(ge=0, le=100)
    """The sum of the lines' points."""
    threshold: int
    """The score from which the profile qualifies."""
    verdict: Literal["qualified", "disqualified"]
    """`disqualified` below the threshold, and whenever an exclusion matches."""
    lines: list[ScoreLine]
    """One for each rule that the profile has, in its order, then those of exclusions."""


@dataclass(frozen=True, slots=True)
class _Match:
    """The entry of a rule that matches a fact; without an entry, a fact that was compared."""

    entry: str | None
    fact: Fact | None


def score(profile: Profile, facts: Facts) -> Score:
    """Return the score of a lead of which `facts` are known."""
    excluded = [
        (name, match)
        for name, match in _matches(profile.exclusions, facts)
        if match.entry is not None
    ]
    lines = list(_lines(profile, facts))
    total = sum(line.points for line in lines)
    for name, match in excluded:
        lines.append(_line(f"exclusions.{name}", -total, match))
        total = 0
    qualified = not excluded and total >= profile.threshold
    return Score(
        score=total,
        threshold=profile.threshold,
        verdict="qualified" if qualified else "disqualified",
        lines=lines,
    )


def _lines(profile: Profile, facts: Facts) -> Iterator[ScoreLine]:
    matches = list(_matches(profile, facts))
    weights = {name: getattr(profile.weights, name) for name, _ in matches}
    whole = sum(weights.values())
    if not whole:
        yield ScoreLine(rule="no_profile", points=100)
        return
    gained = before = 0
    for name, match in matches:
        gained += weights[name] if match.entry is not None else 0
        so_far = 100 * gained // whole
        yield _line(name, so_far - before, match)
        before = so_far


def _line(rule: str, points: int, match: _Match) -> ScoreLine:
    return ScoreLine(
        rule=rule,
        points=points,
        matched=match.entry,
        value=match.fact.value[:_SHOWN] if match.fact else None,
        source=match.fact.source if match.fact else None,
    )


def _matches(criteria: Criteria, facts: Facts) -> Iterator[tuple[str, _Match]]:
    """Each rule that has entries, with what matches."""
    yield from _rule("titles", criteria.titles, facts.titles, contains)
    yield from _rule("seniorities", criteria.seniorities, facts.titles, _has_seniority)
    yield from _rule("departments", criteria.departments, facts.titles, _has_department)
    yield from _rule("industries", criteria.industries, facts.industries, contains)
    yield from _rule("sizes", criteria.sizes, facts.sizes, _overlaps)
    yield from _rule("countries", criteria.countries, facts.countries[:1], _is_country)
    yield from _rule("technologies", criteria.technologies, facts.technologies, contains)
    yield from _rule("signals", criteria.signals, facts.signals, contains)
    if isinstance(criteria, Exclusions):
        yield from _rule("companies", criteria.companies, facts.companies, contains)
        yield from _rule("domains", criteria.domains, facts.domains, _is_below)


def _rule(
    name: str, entries: Sequence[str], known: Sequence[Fact], holds: Callable[[str, str], bool]
) -> Iterator[tuple[str, _Match]]:
    """`holds` tells whether a known value satisfies an entry. A rule without entries is none."""
    if not entries:
        return
    found = ((entry, fact) for fact in known for entry in entries if holds(fact.value, entry))
    entry, fact = next(found, (None, known[0] if known else None))
    yield name, _Match(entry, fact)


def _has_seniority(title: str, seniority: str) -> bool:
    return seniority in read_title(title).seniorities


def _has_department(title: str, department: str) -> bool:
    return department in read_title(title).departments


def _overlaps(known: str, wanted: str) -> bool:
    size, range_wanted = size_of(known), size_of(wanted)
    return size is not None and range_wanted is not None and size.overlaps(range_wanted)


def _is_country(known: str, wanted: str) -> bool:
    return country_of(known) is not None and country_of(known) == country_of(wanted)


def _is_below(known: str, wanted: str) -> bool:
    known, wanted = known.casefold(), wanted.casefold().removeprefix("www.")
    return known == wanted or known.endswith(f".{wanted}")
