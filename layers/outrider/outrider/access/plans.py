"""Plans: rate limits of each key, and monthly credits of the workspace. They hold only in a
deployment with the parameter `Plans=documented`; in any other, no workspace has limits."""

from dataclasses import dataclass

from outrider.access.models import PlanName
from outrider.kit.settings import settings

_MINUTE_MS, _DAY_MS = 60_000, 86_400_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: rate limits per API key, and monthly credits."""

    per_minute: int
    per_day: int
    monthly_credits: int


PLANS: dict[PlanName, Plan] = {
    "free": Plan(per_minute=60, per_day=5_000, monthly_credits=100),
    "starter": Plan(per_minute=60, per_day=5_000, monthly_credits=1_000),
    "professional": Plan(per_minute=120, per_day=20_000, monthly_credits=5_000),
    "scale": Plan(per_minute=200, per_day=50_000, monthly_credits=20_000),
    "enterprise": Plan(per_minute=300, per_day=100_000, monthly_credits=100_000),
}
UNLIMITED = Plan(per_minute=60_000, per_day=86_400_000, monthly_credits=1_000_000_000)
"""A call each millisecond, which is all that DynamoDB takes: every call updates the record of its
key, and a partition takes 1,000 write units a second."""


def plan_of(name: PlanName) -> Plan:
    """Return the limits of a workspace that has the plan `name`."""
    return PLANS[name] if settings().plans == "documented" else UNLIMITED


def plan_without_api() -> PlanName | None:
    """Return the plan whose keys are refused, or None in a deployment without limits."""
    return "free" if settings().plans == "documented" else None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit of `quota` calls in `window_ms`. As a GCRA: one call every `step_ms`, up to
    `burst_ms` ahead."""

    name: str
    quota: int
    window_ms: int

    @property
    def step_ms(self) -> int:
        return self.window_ms // self.quota

    @property
    def burst_ms(self) -> int:
        """Return how far `tat` may be in the future for another call to be admitted."""
        return (self.quota - 1) * self.step_ms


Rates = tuple[RateLimit, RateLimit]


def rates(plan: Plan) -> Rates:
    """Return the rate limits of a plan: per minute and per day."""
    return (
        RateLimit("minute", plan.per_minute, _MINUTE_MS),
        RateLimit("day", plan.per_day, _DAY_MS),
    )


def rates_of(name: PlanName) -> Rates:
    """Return the rate limits of a workspace that has the plan `name`."""
    return rates(plan_of(name))
