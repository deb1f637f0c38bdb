"""Retry schedule of failed deliveries, with jitter: 21 attempts within about 80 hours."""

import hashlib
from datetime import timedelta

_DELAYS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, *(21_600,) * 12)
_JITTER = 0.2
_LONG, _JITTER_OF_LONG = 900, 0.13
"""Delays above 900 seconds, the longest of an SQS message, end up to two minutes late
(`sweeper.py`). They get a smaller jitter, so that both together stay within 20 %."""


def delay_after(attempt: int, delivery_id: str) -> timedelta | None:
    """Return the delay after the failure of `attempt` (from 1), with a jitter of ±20 %, or None if
    it was the last attempt."""
    if attempt > len(_DELAYS):
        return None
    seconds = _DELAYS[attempt - 1]
    jitter = _JITTER_OF_LONG if seconds > _LONG else _JITTER
    return spread(seconds, delivery_id, str(attempt), jitter=jitter)


def spread(seconds: float, *parts: str, jitter: float = _JITTER) -> timedelta:
    """Return `seconds` with a jitter of ± the fraction `jitter`.

    The jitter is derived from a hash of `parts`, so a retry of the same attempt gets the same
    delay.
    """
    digest = hashlib.sha256("#".join(parts).encode()).digest()
    chance = int.from_bytes(digest[:8], "big") / 2**64
    return timedelta(seconds=seconds * (1 - jitter + 2 * jitter * chance))
