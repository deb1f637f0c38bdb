"""When a delivery that failed is tried again: 21 attempts within about 80 hours."""

import hashlib
from datetime import timedelta

_DELAYS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, *(21_600,) * 12)
_JITTER = 0.2
_LONG, _JITTER_OF_LONG = 900, 0.13
"""What waits longer than a message can is up to two minutes late (`sweeper.py`): together that is a
fifth at most."""


def delay_after(attempt: int, delivery_id: str) -> timedelta | None:
    """How long to wait after the failure of `attempt` (from 1), give or take a fifth; None when it
    was the last."""
    if attempt > len(_DELAYS):
        return None
    seconds = _DELAYS[attempt - 1]
    jitter = _JITTER_OF_LONG if seconds > _LONG else _JITTER
    return spread(seconds, delivery_id, str(attempt), jitter=jitter)


def spread(seconds: float, *parts: str, jitter: float = _JITTER) -> timedelta:
    """`seconds`, give or take that part of it.

    The jitter is a hash, so the same attempt of the same delivery always waits the same time.
    """
    digest = hashlib.sha256("#".join(parts).encode()).digest()
    chance = int.from_bytes(digest[:8], "big") / 2**64
    return timedelta(seconds=seconds * (1 - jitter + 2 * jitter * chance))
