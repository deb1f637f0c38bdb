"""When an endpoint is called, by how it did before. Rules alone: the breaker is open when so many
attempts in a row failed, and that stands in the gate."""

from datetime import datetime, timedelta
from typing import Literal

from outrider.kit import clock
from outrider.webhooks.deliveries.retry_schedule import spread
from outrider.webhooks.models import EndpointState

OPENS_AT = 5
"""Failures in a row."""
AT_ONCE = 10
"""Requests that may be under way to an endpoint."""
FAILS_FOR = timedelta(days=5)
"""So long without a success, and the endpoint is disabled."""
_FIRST_PROBE, _LAST_PROBE = 60, 480
"""Seconds. The longest wait leaves a third of a quarter of an hour, enough for 3,000 deliveries to
be out within 15 minutes after the endpoint came back."""

Verdict = Literal["closed", "held", "open"]


def is_open(gate: EndpointState) -> bool:
    return gate.failures >= OPENS_AT


def verdict(gate: EndpointState, now: datetime) -> Verdict:
    """`closed`: deliveries go. `open`: they wait, and one at a time probes. `held`: the endpoint
    asked for nothing before a time that has not come."""
    if is_open(gate):
        return "open"
    return "held" if held_until(gate, now) else "closed"


def held_until(gate: EndpointState, now: datetime) -> datetime | None:
    """When the pause ends that the endpoint asked for; None when there is none."""
    ends = clock.from_text(gate.not_before) if gate.not_before else None
    return ends if ends and ends > now else None


def probe_at(gate: EndpointState, webhook_id: str) -> datetime | None:
    """When an open endpoint is probed: 1 minute after the failure that opened it, then twice as
    long each time, give or take a fifth; None while it is not open."""
    if not is_open(gate) or gate.last_failure_at is None:
        return None
    doubled = _FIRST_PROBE * 2 ** min(gate.failures - OPENS_AT, 10)
    wait = spread(min(doubled, _LAST_PROBE), webhook_id, gate.last_failure_at)
    at = clock.from_text(gate.last_failure_at) + max(wait, timedelta(seconds=_FIRST_PROBE))
    return max(at, clock.from_text(gate.not_before)) if gate.not_before else at


def gives_up(gate: EndpointState, now: datetime) -> bool:
    """Whether one more failure disables the endpoint."""
    since = gate.failing_since
    return since is not None and now - clock.from_text(since) >= FAILS_FOR
