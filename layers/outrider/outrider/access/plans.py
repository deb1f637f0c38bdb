"""Plans: rate limits of each key, and monthly credits of the workspace."""

from dataclasses import dataclass

from outrider.access.models import PlanName

_MINUTE_MS, _DAY_MS = 60_000, 86_400_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: rate limits per API key, monthly credits, and access to the API."""

    per_minute: int
    per_day: int
    monthly_credits: int
    has_api: bool = True


PLANS: dict[PlanName, Plan] = {
    "free": Plan(per_minute=60, per_day=5_000, monthly_credits=100, has_api=False),
    "starter": Plan(per_minute=60, per_day=5_000, monthly_credits=1_000),
    "professional": Plan(per_minute=120, per_day=20_000, monthly_credits=5_000),
    "scale": Plan(per_minute=200, per_day=50_000, monthly_credits=20_000),
    "enterprise": Plan(per_minute=300, per_day=100_000, monthly_credits=100_000),
}


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


def rates(plan: Plan) -> tuple[RateLimit, RateLimit]:
    """Return the rate limits of a plan: per minute and per day."""
    return (
        RateLimit("minute", plan.per_minute, _MINUTE_MS),
        RateLimit("day", plan.per_day, _DAY_MS),
    )
