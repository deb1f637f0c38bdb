"""API schemas of statistics, and pure functions that sum up the counters in total and by step,
variant and day."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from outrider.campaigns.statistics.models import Audience, StepDay
from outrider.kit.models import Model
from outrider.sequences.models import AUTOMATIC, Step

_BY_CLASS, _BY_REASON = "replied_", "skipped_"


class Counts(Model):
    """Numbers of messages; a message counts at most once in each. `opened`, `clicked` and `replied`
    are by humans: out-of-office and other automatic replies are in `replied_by_class` only. An
    outcome counts on the day on which it happens."""

    sent: int = 0
    delivered: int = 0
    opened: int = 0
    opened_by_machine: int = 0
    clicked: int = 0
    replied: int = 0
    replied_by_class: dict[str, int] = Field(default_factory=dict)
    bounced: int = 0
    soft_bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    failed: int = 0
    skipped: int = 0
    skipped_by_reason: dict[str, int] = Field(default_factory=dict)
    completed: int = 0
    """Tasks that were completed."""
    expired: int = 0


class Rate(Model):
    """`value` is `numerator` / `denominator`, or null if the denominator is 0."""

    numerator: int
    denominator: int
    value: float | None


class Rates(Model):
    """`delivered` and `bounced` are rates of sent messages, the others of sent messages that did
    not bounce, because not every mail server reports deliveries."""

    delivered: Rate
    bounced: Rate
    opened: Rate
    clicked: Rate
    replied: Rate
    unsubscribed: Rate
    complained: Rate


class VariantStats(Model):
    variant_id: str
    counts: Counts
    rates: Rates


class StepStats(Model):
    """`position` counts from 1; it is null for a step that the newest version of the sequence does
    not have."""

    step_id: str
    position: int | None
    counts: Counts
    rates: Rates
    by_variant: list[VariantStats]


class DayStats(Model):
    """An outcome counts on the day on which it happens, so the rate of one day can exceed 1."""

    day: str
    counts: Counts
    rates: Rates


DayText = Annotated[str, Field(json_schema_extra={"format": "date"})]


class StatsView(Model):
    """`audience` is as of now, regardless of the days of the query."""

    campaign_id: str
    object: Literal["campaign_stats"] = "campaign_stats"
    since: DayText | None
    until: DayText | None
    audience: Audience
    totals: Counts
    rates: Rates
    by_step: list[StepStats]
    by_day: list[DayStats]


def counts(parts: Iterable[StepDay]) -> Counts:
    summed: Counter[str] = Counter()
    for part in parts:
        summed.update(part.counts)
    classes = _named(summed, _BY_CLASS)
    reasons = _named(summed, _BY_REASON)
    plain = {name: summed[name] for name in Counts.model_fields if name in summed}
    return Counts(
        **plain,
        replied=sum(count for name, count in classes.items() if name not in AUTOMATIC),
        replied_by_class=classes,
        skipped=sum(reasons.values()),
        skipped_by_reason=reasons,
    )


def rates(of: Counts) -> Rates:
    reached = of.sent - of.bounced
    return Rates(
        delivered=rate(of.delivered, of.sent),
        bounced=rate(of.bounced, of.sent),
        opened=rate(of.opened, reached),
        clicked=rate(of.clicked, reached),
        replied=rate(of.replied, reached),
        unsubscribed=rate(of.unsubscribed, reached),
        complained=rate(of.complained, reached),
    )


def rate(numerator: int, denominator: int) -> Rate:
    value = numerator / denominator if denominator > 0 else None
    return Rate(numerator=numerator, denominator=denominator, value=value)


def by_step(parts: Sequence[StepDay], steps: Sequence[Step]) -> list[StepStats]:
    """Return the statistics of each step in the order of the sequence, steps of other versions
    last."""
    places = {step.id: place for place, step in enumerate(steps)}
    grouped: defaultdict[str, list[StepDay]] = defaultdict(list)
    for part in parts:
        grouped[part.step_id].append(part)
    ordered = sorted({*grouped, *places}, key=lambda one: (places.get(one, len(places)), one))
    return [_step(step_id, places.get(step_id), grouped[step_id]) for step_id in ordered]


def by_day(parts: Sequence[StepDay]) -> list[DayStats]:
    days: defaultdict[str, list[StepDay]] = defaultdict(list)
    for part in parts:
        days[part.day].append(part)
    summed = {day: counts(days[day]) for day in sorted(days)}
    return [DayStats(day=day, counts=of, rates=rates(of)) for day, of in summed.items()]


def _step(step_id: str, place: int | None, parts: Sequence[StepDay]) -> StepStats:
    variants: defaultdict[str, list[StepDay]] = defaultdict(list)
    for part in parts:
        variants[part.variant_id].append(part)
    summed = counts(parts)
    return StepStats(
        step_id=step_id,
        position=None if place is None else place + 1,
        counts=summed,
        rates=rates(summed),
        by_variant=[
            VariantStats(variant_id=name, counts=of, rates=rates(of))
            for name, of in ((name, counts(variants[name])) for name in sorted(variants))
        ],
    )


def _named(summed: Counter[str], beginning: str) -> dict[str, int]:
    return {
        name.removeprefix(beginning): count
        for name, count in sorted(summed.items())
        if name.startswith(beginning)
    }
