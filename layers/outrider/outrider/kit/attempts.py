"""Retries with jitter of writes that may lose to concurrent ones (optimistic locking)."""

import secrets
from collections.abc import Iterator

from outrider.kit import clock

FEW = 3
"""Maximum attempts per item in a request or message with many writes."""
MOST = 10
"""Maximum attempts at any other write."""
_FIRST_WAIT, _LONGEST_WAIT = 50, 800
"""Milliseconds. With MOST attempts, all waits together take at most four of a request's 29
seconds."""


def attempts(most: int = MOST) -> Iterator[int]:
    """Yield the numbers of the attempts, from 0, with exponential backoff and full jitter between
    them.

    The second attempt (1) follows at once; each later one waits for a random time whose maximum
    doubles up to 800 ms. So a hundred writers of the same item spread out. Data read before such a
    wait (`number > 1`) is out of date.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    for number in range(most):
        if number > 1:
            longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (number - 2))
            clock.sleep(secrets.randbelow(longest) / 1_000)
        yield number
