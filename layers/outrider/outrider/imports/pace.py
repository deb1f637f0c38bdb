"""Backpressure of imports: they write no faster than the relay records their changes.

The relay handles the changes of a table in order, whoever made them, so the lead of an import over
the relay delays the events of every other workspace.
"""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.kit import clock

AHEAD = 1
"""Seconds by which an import may be ahead of the relay: as long as the relay waits for a full
batch."""
STANDSTILL = 5.0
"""Seconds without progress of the relay after which the next chunk starts anyway: a relay that is
down must not stop an import."""
LONGEST_WAIT = 30.0
"""Longest wait of one chunk, in seconds, for a relay that makes progress."""
_LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Backpressure:
    """Backpressure of one import. `recorded_until` returns the latest second (epoch) of a recorded
    change of the import's workspace, or 0."""

    recorded_until: Callable[[], int]

    def follow(self) -> None:
        """Wait until the relay has recorded the changes made up to AHEAD seconds ago."""
        began = moved_at = clock.now().timestamp()
        target, latest = int(began) - AHEAD, 0
        while clock.now().timestamp() - began < LONGEST_WAIT:
            recorded = self.recorded_until()
            if recorded >= target:
                return
            if recorded > latest:
                latest, moved_at = recorded, clock.now().timestamp()
            elif clock.now().timestamp() - moved_at >= STANDSTILL:
                return
            clock.sleep(_LOOK_EVERY)
