"""Circuit breaker of a mailbox; pure state transitions.

Closed, it counts refusals in a row. Open, nothing is sent until `retry_at`. Then it is half-open:
one email at a time is a probe; if it is accepted, the breaker closes, and if it is refused, the
breaker opens again for twice as long. The breaker is None if nothing was refused since the last
accepted email, so that accepted emails cost no write.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import ConfigDict

from outrider.kit import clock
from outrider.kit.models import Model

Reason = Literal["identity", "account_refused", "login_refused", "unreachable", "content_refused"]
"""Subject of a refusal by the provider: the sending address (`identity`), its account, the login,
or the content of emails. `unreachable`: the server cannot be reached."""

PROBE = timedelta(minutes=2)
"""Time to wait for the outcome of a probe; after that another email becomes the probe."""


class _Rule(NamedTuple):
    """Opens after `failures` refusals in a row: first for `first`, then twice as long each time, up
    to `longest`."""

    failures: int
    first: timedelta
    longest: timedelta


_RULES: dict[Reason, _Rule] = {
    "identity": _Rule(1, timedelta(minutes=15), timedelta(hours=1)),
    "account_refused": _Rule(1, timedelta(minutes=15), timedelta(hours=1)),
    "login_refused": _Rule(1, timedelta(hours=1), timedelta(hours=24)),
    "unreachable": _Rule(3, timedelta(minutes=1), timedelta(hours=1)),
    "content_refused": _Rule(3, timedelta(minutes=30), timedelta(hours=6)),
}


class Breaker(Model):
    """State after `failures` refusals in a row since `since`. `reason` and `detail` (the provider's
    own message) are of the last one. `openings` counts how often in a row it has opened."""

    model_config = ConfigDict(frozen=True)

    reason: Reason
    detail: str
    since: str
    failures: int = 1
    openings: int = 0
    retry_at: str | None = None

    @property
    def is_open(self) -> bool:
        return self.retry_at is not None

    def is_half_open(self, now: datetime) -> bool:
        return self.retry_at is not None and self.retry_at <= clock.to_text(now)

    def opened(self, now: datetime) -> "Breaker":
        rule = _RULES[self.reason]
        pause = min(rule.first * 2 ** min(self.openings, 16), rule.longest)
        return self.model_copy(
            update={"openings": self.openings + 1, "retry_at": clock.to_text(now + pause)}
        )

    def probing(self, now: datetime) -> "Breaker":
        """Return the breaker while one email is its probe: it is open for all others until the
        probe times out."""
        return self.model_copy(update={"retry_at": clock.to_text(now + PROBE)})

    def retrying(self, now: datetime) -> "Breaker":
        """Return the breaker half-open at once, because the cause may have been corrected."""
        if self.retry_at is None:
            return self
        return self.model_copy(update={"retry_at": min(self.retry_at, clock.to_text(now))})


def after_failure(
    breaker: Breaker | None, reason: Reason, detail: str, now: datetime, *, probe: bool
) -> Breaker:
    """Return the breaker after one more refusal. While it is open, only the refusal of a `probe`
    changes it: other refusals are late results of emails sent before it opened."""
    if breaker is not None and breaker.is_open:
        if not probe:
            return breaker
        changed = {"reason": reason, "detail": detail, "failures": breaker.failures + 1}
        return breaker.model_copy(update=changed).opened(now)
    if breaker is None or breaker.reason != reason:
        counted = Breaker(reason=reason, detail=detail, since=clock.to_text(now))
    else:
        counted = breaker.model_copy(update={"detail": detail, "failures": breaker.failures + 1})
    return counted.opened(now) if counted.failures >= _RULES[reason].failures else counted


def after_check(breaker: Breaker | None, reason: Reason, detail: str, now: datetime) -> Breaker:
    """Return the breaker open: a check found that the provider would refuse every email."""
    if breaker is not None and breaker.is_open:
        return breaker.model_copy(update={"reason": reason, "detail": detail})
    return Breaker(reason=reason, detail=detail, since=clock.to_text(now)).opened(now)
