"""The pace of an import: as fast as the relay records what it changes.

The relay takes the changes of a table in their order, whoever made them: the events of every other
workspace wait for what an import is ahead of it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.kit import clock

AHEAD = 1
"""Seconds that an import may be ahead: as long as the relay waits for a full batch."""
STANDSTILL = 5.0
"""Seconds without progress of the relay after which the next chunk starts all the same: a relay
that is down must not stop an import."""
LONGEST_WAIT = 30.0
"""Seconds that one chunk waits for a relay that makes progress."""
_LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Backpressure:
    """`recorded_until` returns the newest second (since the epoch) of which the feed has a change
    of the import's workspace, or 0."""

    recorded_until: Callable[[], int]

    def follow(self) -> None:
        """Wait until the relay has recorded what was changed up to AHEAD seconds ago."""
        wanted = int(clock.now().timestamp()) - AHEAD
        reached, waited, moved_at = 0, 0.0, 0.0
        while waited < LONGEST_WAIT:
            recorded = self.recorded_until()
            if recorded >= wanted:
                return
            if recorded > reached:
                reached, moved_at = recorded, waited
            elif waited - moved_at >= STANDSTILL:
                return
            clock.sleep(_LOOK_EVERY)
            waited += _LOOK_EVERY
