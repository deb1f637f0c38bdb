"""API schemas of usage."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from outrider.kit import clock
from outrider.kit.http.inputs import Checked, invalid
from outrider.kit.http.requests import Day
from outrider.kit.models import Model

LONGEST_DAYS, DEFAULT_DAYS = 92, 30
_DAY = timedelta(days=1)


class UsageQuery(Checked):
    """A span of days in UTC, at most 92; by default the last 30, including today."""

    since: Annotated[Day | None, Field(description="The first day")] = None
    until: Annotated[Day | None, Field(description="The day after the last")] = None

    @property
    def span(self) -> tuple[date, date]:
        until = self.until or clock.now().date() + _DAY
        return self.since or until - DEFAULT_DAYS * _DAY, until

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        since, until = self.span
        if not 1 <= (until - since).days <= LONGEST_DAYS:
            detail = f"until, {until}, must be 1 to {LONGEST_DAYS} days after since, {since}"
            raise invalid((("since",), detail), (("until",), detail))
        return self


class Used(Model):
    """Admitted requests by route family, and spent credits by kind of work."""

    calls: int
    calls_by_family: dict[str, int]
    credits: int
    credits_by_kind: dict[str, int]

    @classmethod
    def of(cls, counts: Mapping[str, int], **fields: Any) -> Self:
        """Return the usage for counts named `calls_<family>` and `credits_<kind>`."""
        calls, spent = (
            {
                name.removeprefix(prefix): count
                for name, count in sorted(counts.items())
                if name.startswith(prefix)
            }
            for prefix in ("calls_", "credits_")
        )
        return cls(
            calls=sum(calls.values()),
            calls_by_family=calls,
            credits=sum(spent.values()),
            credits_by_kind=spent,
            **fields,
        )


class UsageDay(Used):
    date: date


class Usage(Used):
    """Usage from `since` to the day before `until`: the totals, and each day, oldest first."""

    object: Literal["usage"] = "usage"
    since: date
    until: date
    days: list[UsageDay]
