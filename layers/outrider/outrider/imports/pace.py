"""The pace of an import: as fast as the relay records what it changes.

The relay takes the changes of a table in their order, whoever made them: what an import is ahead of
it, the events of all others wait for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.kit import clock

AHEAD = 1
"""Seconds: so long the relay waits for a full batch."""
LONGEST_WAIT = 5.0
"""Seconds for one chunk: a relay that stands still is not to stop an import."""
_LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """`is_recorded` tells whether the feed has changes of a second (since the epoch) or later."""

    is_recorded: Callable[[int], bool]

    def follow(self) -> None:
        """Wait until what was changed up to AHEAD seconds ago is recorded, at most LONGEST_WAIT."""
        second = int(clock.now().timestamp()) - AHEAD
        for _ in range(int(LONGEST_WAIT / _LOOK_EVERY)):
            if self.is_recorded(second):
                return
            clock.sleep(_LOOK_EVERY)
