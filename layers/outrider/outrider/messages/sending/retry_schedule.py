"""When a message that its provider did not take is sent again: a pure function."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from outrider.messages.transports.verdicts import Scope

_LATER = (60, 300, 900, 3600, 10800)
"""Seconds to wait after each time a recipient took no mail; the last is repeated."""
_SHORT = (30, 90)
"""Seconds between which to wait for what is not about the message: its mailbox is judged, and keeps
it from being sent until it sends again. Not the same for all, so that they do not come at once."""


@dataclass(frozen=True, slots=True)
class Retry:
    """`counts`: the provider spoke of this message, so the next wait is longer."""

    after: timedelta
    counts: bool


def retry(scope: Scope | None, attempts: int, chance: Callable[[], float] = random.random) -> Retry:
    """Return when to try again after `attempts` that counted; `chance` is from 0 to 1."""
    if scope in ("later", None):
        return Retry(timedelta(seconds=_LATER[min(attempts, len(_LATER) - 1)]), counts=True)
    shortest, longest = _SHORT
    seconds = shortest + (longest - shortest) * chance()
    return Retry(timedelta(seconds=round(seconds, 3)), counts=False)
