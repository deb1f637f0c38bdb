"""Circuit breaker and concurrency limit of one endpoint. These are pure rules over the endpoint
state: the breaker opens after a number of consecutive failures."""

from datetime import datetime, timedelta
from typing import Literal

from outrider.kit import clock
from outrider.webhooks.deliveries.retry_schedule import spread
from outrider.webhooks.models import EndpointState

OPENS_AT = 5
"""Consecutive failures that open the circuit breaker."""
AT_ONCE = 10
"""Concurrency limit: requests in flight to one endpoint."""
FAILS_FOR = timedelta(days=5)
"""Time without a success after which an endpoint is disabled."""
_FIRST_PROBE, _LAST_PROBE = 60, 480
"""Shortest and longest interval between probes, in seconds. After the longest interval a third of
15 minutes is left, enough to drain 3,000 deliveries within 15 minutes of the endpoint's
recovery."""

Verdict = Literal["closed", "held", "open"]


def is_open(gate: EndpointState) -> bool:
    return gate.failures >= OPENS_AT


def verdict(gate: EndpointState, now: datetime) -> Verdict:
    """Return the state of the circuit breaker: `closed`: deliveries are sent. `open`: they wait,
    and one probe at a time is sent. `held`: the endpoint asked for a pause that has not ended."""
    if is_open(gate):
        return "open"
    return "held" if held_until(gate, now) else "closed"


def held_until(gate: EndpointState, now: datetime) -> datetime | None:
    """Return when the pause ends that the endpoint asked for, or None if there is none."""
    ends = clock.from_text(gate.not_before) if gate.not_before else None
    return ends if ends and ends > now else None


def probe_at(gate: EndpointState, webhook_id: str) -> datetime | None:
    """Return when the next probe of an open endpoint is due, or None if its breaker is closed.

    Exponential backoff: 1 minute after the failure that opened the breaker, then twice as long each
    time, with a jitter of ±20 %.
    """
    if not is_open(gate) or gate.last_failure_at is None:
        return None
    doubled = _FIRST_PROBE * 2 ** min(gate.failures - OPENS_AT, 10)
    wait = spread(min(doubled, _LAST_PROBE), webhook_id, gate.last_failure_at)
    at = clock.from_text(gate.last_failure_at) + max(wait, timedelta(seconds=_FIRST_PROBE))
    return max(at, clock.from_text(gate.not_before)) if gate.not_before else at


def gives_up(gate: EndpointState, now: datetime) -> bool:
    """Return whether one more failure disables the endpoint."""
    since = gate.failing_since
    return since is not None and now - clock.from_text(since) >= FAILS_FOR
