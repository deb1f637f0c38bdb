"""Circuit breaker of a mailbox: pure transitions.

Closed, it counts what was refused in a row. Open, nothing is sent until `retry_at`; then it is
half-open: one mail at a time is a probe, whose acceptance closes it and whose refusal opens it
again, for twice as long. It is None where nothing was refused since the last acceptance, so that an
accepted mail costs no write.
"""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock

Reason = Literal["identity", "account_refused", "login_refused", "unreachable", "content_refused"]
"""Whom the provider refuses: the address that sends, the account, the login; it is out of reach; or
it takes nothing of what is written."""

PROBE = timedelta(minutes=2)
"""How long the outcome of a probe may take; after that another mail is one."""


class _Rule(NamedTuple):
    """Opens after `failures` in a row, at first for `first`, at most for `longest`."""

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


class Breaker(BaseModel):
    """`failures` were refused in a row since `since`, at last for `reason`; `detail` is what the
    provider said then, in its own words. `openings` counts how often it opened in a row."""

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
        """Return the breaker while one mail is its probe: for all others it is open."""
        return self.model_copy(update={"retry_at": clock.to_text(now + PROBE)})

    def retrying(self, now: datetime) -> "Breaker":
        """Return the breaker half-open at once: somebody may have changed what was wrong."""
        if self.retry_at is None:
            return self
        return self.model_copy(update={"retry_at": min(self.retry_at, clock.to_text(now))})


def after_failure(
    breaker: Breaker | None, reason: Reason, detail: str, now: datetime, *, probe: bool
) -> Breaker:
    """Return the breaker after one more refusal. What comes back late, of mails that were on their
    way when it opened, changes nothing: only a `probe` does."""
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
    """Return the breaker, open: a check found what refuses every mail."""
    if breaker is not None and breaker.is_open:
        return breaker.model_copy(update={"reason": reason, "detail": detail})
    return Breaker(reason=reason, detail=detail, since=clock.to_text(now)).opened(now)
