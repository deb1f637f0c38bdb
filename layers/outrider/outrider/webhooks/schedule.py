"""When a delivery that failed is tried again: 21 attempts within about 80 hours."""

import hashlib
from datetime import timedelta

_DELAYS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, *(21_600,) * 12)
_JITTER = 0.2


def delay_after(attempt: int, delivery_id: str) -> timedelta | None:
    """How long to wait after the failure of `attempt` (from 1), give or take a fifth; None when it
    was the last."""
    if attempt > len(_DELAYS):
        return None
    return spread(_DELAYS[attempt - 1], delivery_id, str(attempt))


def spread(seconds: float, *parts: str) -> timedelta:
    """`seconds`, give or take a fifth.

    The jitter is a hash, so the same attempt of the same delivery always waits the same time.
    """
    digest = hashlib.sha256("#".join(parts).encode()).digest()
    chance = int.from_bytes(digest[:8], "big") / 2**64
    return timedelta(seconds=seconds * (1 - _JITTER + 2 * _JITTER * chance))
