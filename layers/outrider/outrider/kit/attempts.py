"""How often, and how far apart, a change is tried that others may make at the same time."""

import secrets
from collections.abc import Iterator

from outrider.kit import clock

FEW = 3
"""Attempts at one of many changes of a request, which has to come to the others."""
MOST = 10
"""Attempts at the one change of a request."""
_FIRST_WAIT, _LONGEST_WAIT = 50, 800
"""Milliseconds: with MOST all waits together are four seconds at most, of a request's 29."""


def attempts(most: int = MOST) -> Iterator[int]:
    """Count the attempts, from 0. The second comes at once, each later one after a wait of random
    length, up to twice as long as the one before: so a hundred that want the same item come one by
    one. What was read before such a wait (`number > 1`) is out of date.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    for number in range(most):
        if number > 1:
            longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (number - 2))
            clock.sleep(secrets.randbelow(longest) / 1_000)
        yield number
