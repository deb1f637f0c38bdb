"""Kills workers of a local stack with SIGKILL while they work."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from tests.e2e.running import LocalStack
from tests.e2e.workers import processes

WORKERS = (
    "CampaignsDispatchFunction",
    "CampaignsEnrollFunction",
    "CampaignsStartFunction",
    "ContactsIndexFunction",
    "ContactsLinkFunction",
    "EventsRelayFunction",
    "StepsRunFunction",
    "UsageCountFunction",
    "WebhooksDeliverFunction",
    "WebhooksFanoutFunction",
    "WebhooksSweepFunction",
)
_LOOK_EVERY = 0.02
_PATIENCE = 60.0
"""Seconds until somebody has work to do."""


@dataclass(slots=True)
class Killer:
    stack: LocalStack
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    _ready: set[int] = field(default_factory=set)
    """Processes that have waited for an event: no longer busy with their start."""

    def kill(self) -> None:
        """Kill one worker in the middle of its work."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if busy := self._busy():
                function = self.chance.choice(sorted(busy))
                with suppress(ProcessLookupError):  # it ended meanwhile
                    os.kill(busy[function], signal.SIGKILL)
                    self.killed[function] += 1
                return
            time.sleep(_LOOK_EVERY)

    def _busy(self) -> dict[str, int]:
        """A process of each worker that works at this moment."""
        busy = {}
        for each in processes(self.stack):
            if each.waits:
                self._ready.add(each.pid)
            elif each.function in WORKERS and each.pid in self._ready:
                busy[each.function] = each.pid
        return busy
