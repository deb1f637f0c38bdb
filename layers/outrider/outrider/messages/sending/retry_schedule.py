"""Retry schedule of messages that the provider did not accept: a pure function."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from outrider.messages.transports.verdicts import Scope

_LATER = (60, 300, 900, 3600, 10800)
"""Seconds to wait after each temporary refusal of this message; the last one is repeated."""
_SHORT = (30, 90)
"""Shortest and longest wait in seconds after a failure that is not about the message. The mailbox's
own circuit breaker delays the message further; the jitter keeps retries from coming all at once."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Delay of the next attempt. `counts` is true if the failure was about this message, so that
    the next delay is longer."""

    after: timedelta
    counts: bool


def retry(scope: Scope | None, attempts: int, chance: Callable[[], float] = random.random) -> Retry:
    """Return the delay of the next attempt after `attempts` counted failures. `chance` returns the
    jitter, from 0 to 1."""
    if scope in ("later", None):
        return Retry(timedelta(seconds=_LATER[min(attempts, len(_LATER) - 1)]), counts=True)
    shortest, longest = _SHORT
    seconds = shortest + (longest - shortest) * chance()
    return Retry(timedelta(seconds=round(seconds, 3)), counts=False)
