"""Score of a lead against an ideal customer profile, as a pure function, with one line per rule.

A matching rule earns its share of the total weight of the profile's rules, in points out of 100;
the points of all lines add up to the score. If an exclusion matches, the score is 0.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, Field

from outrider.kit.models import Model
from outrider.qualification.countries import country_of
from outrider.qualification.phrases import contains
from outrider.qualification.profiles import Criteria, Exclusions, Profile
from outrider.qualification.sizes import size_of
from outrider.qualification.titles import read_title

_SHOWN = 100
"""Characters of a fact that a line contains."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value known about a lead, and its source: `contact.title`, `research.country`, …"""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Known values about a lead. Of several values of one kind, the most reliable is first."""

    titles: Sequence[Fact] = ()
    companies: Sequence[Fact] = ()
    domains: Sequence[Fact] = ()
    industries: Sequence[Fact] = ()
    sizes: Sequence[Fact] = ()
    countries: Sequence[Fact] = ()
    technologies: Sequence[Fact] = ()
    signals: Sequence[Fact] = ()


class ScoreLine(Model):
    """Contribution of one rule to the score."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    rule: str
    """Rule of the profile; `exclusions.<rule>` for an exclusion, `no_profile` if there are no
    rules."""
    points: int
    """Points for the rule, negative for an exclusion. The points of all lines add up to the
    score."""
    matched: str | None = None
    """Entry of the profile that matches; null if none does."""
    value: str | None = None
    """Value of the lead that was compared; null if none is known."""
    source: str | None = None
    """Source of the value, such as `contact.title`, `company.industry` or `research.country`."""


class Score(Model):
    """A score from 0 to 100, explained by lines."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    score: int = Field(ge=0, le=100)
    """Sum of the points of all lines."""
    threshold: int
    """Minimum score of a qualified lead."""
    verdict: Literal["qualified", "disqualified"]
    """`disqualified` below the threshold, or if an exclusion matches."""
    lines: list[ScoreLine]
    """One line for each rule of the profile, in its order, then one for each exclusion that
    matches."""


@dataclass(frozen=True, slots=True)
class _Match:
    """The matching entry and fact of a rule. Without an entry nothing matched, and `fact` is the
    one that was compared, if any."""

    entry: str | None
    fact: Fact | None


def score(profile: Profile, facts: Facts) -> Score:
    """Return the score of a lead with these facts."""
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
    total_weight = sum(weights.values())
    if not total_weight:
        yield ScoreLine(rule="no_profile", points=100)
        return
    gained = before = 0
    for name, match in matches:
        gained += weights[name] if match.entry is not None else 0
        points = 100 * gained // total_weight
        yield _line(name, points - before, match)
        before = points


def _line(rule: str, points: int, match: _Match) -> ScoreLine:
    return ScoreLine(
        rule=rule,
        points=points,
        matched=match.entry,
        value=match.fact.value[:_SHOWN] if match.fact else None,
        source=match.fact.source if match.fact else None,
    )


def _matches(criteria: Criteria, facts: Facts) -> Iterator[tuple[str, _Match]]:
    """Yield each rule that has entries, with its match."""
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
    """Yield the rule with its match, unless it has no entries. `holds` returns whether a known
    value satisfies an entry."""
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
    known = known.lower()
    return known == wanted or known.endswith(f".{wanted}")
