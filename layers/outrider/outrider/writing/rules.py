"""Writer without a language model: it composes sentences of what it is given, as pure functions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from outrider.writing.models import (
    FactName,
    QuotedText,
    Rationale,
    RationaleLine,
    RationaleRequest,
    Summary,
    SummaryLine,
    SummaryRequest,
)

_EXCLUSIONS = "exclusions."
_TECHNOLOGIES_NAMED = 8
_ABOUT: Sequence[FactName] = ("industry", "size", "place")


@dataclass(frozen=True, slots=True)
class RuleWriter:
    """The writer of workspaces without a provider."""

    def rationale(self, request: RationaleRequest) -> Rationale:
        return Rationale(text=" ".join(_reasons(request)))

    def summary(self, request: SummaryRequest) -> Summary:
        return Summary(lines=list(_sentences(request)))


def _reasons(request: RationaleRequest) -> Iterator[str]:
    yield f"{request.score} of 100 points, and {request.threshold} are needed."
    exclusions = [line for line in request.lines if line.rule.startswith(_EXCLUSIONS)]
    for line in exclusions:
        yield f"Excluded by its {_named(line)}: {_match(line)}."
    rules = [line for line in request.lines if line not in exclusions]
    if any(line.rule == "no_profile" for line in rules):
        yield "The profile has no rules, so every lead qualifies."
        return
    fits = [f"{_named(line)} ({_match(line)}, {line.points:+d})" for line in rules if line.matched]
    if fits:
        yield f"Points for {_listed(fits)}."
    misses = [f"{_named(line)} ({_value(line)})" for line in rules if not line.matched]
    if misses:
        yield f"No points for {_listed(misses)}."


def _named(line: RationaleLine) -> str:
    return line.rule.removeprefix(_EXCLUSIONS)


def _match(line: RationaleLine) -> str:
    return f"{_value(line)} matches “{line.matched}”"


def _value(line: RationaleLine) -> str:
    return f"“{line.value.text}”" if line.value else "unknown"


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)


def _sentences(request: SummaryRequest) -> Iterator[SummaryLine]:
    match request.outcome:
        case "unreachable":
            yield SummaryLine(text=f"No page of {request.site} could be read.", sources=[])
        case "disallowed":
            text = f"The robots.txt of {request.site} forbids to read its site."
            yield SummaryLine(text=text, sources=[])
    if description := request.of("description"):
        yield _line(f"{request.company.text} is described as: “{description[0].text}”", description)
    elif title := request.of("title"):
        yield _line(f"The site of {request.company.text} has the title “{title[0].text}”.", title)
    yield from _about(request)
    if used := request.of("technology")[:_TECHNOLOGIES_NAMED]:
        yield _line(f"Its site uses {_listed(each.text for each in used)}.", used)
    for provider in request.of("mail_provider"):
        yield _line(f"Its mail is handled by {provider.text}.", [provider])
    for signal in request.of("signal"):
        yield _line(f"{signal.text}.", [signal])
    for person in request.of("person"):
        yield _line(f"{person.text}.", [person])


def _about(request: SummaryRequest) -> Iterator[SummaryLine]:
    known = {name: values for name in _ABOUT if (values := request.of(name))}
    if known:
        stated = "; ".join(
            f"{name} {_listed(value.text for value in values)}" for name, values in known.items()
        )
        quoted = [value for values in known.values() for value in values]
        yield _line(f"On {request.company.text}: {stated}.", quoted)


def _line(text: str, quoted: Sequence[QuotedText]) -> SummaryLine:
    return SummaryLine(text=text, sources=list(dict.fromkeys(each.source for each in quoted)))
