"""Finds what waits though its time has passed: what was due too far away for a message, and what
lost its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Table
from outrider.webhooks.deliveries.backlog import Pump
from outrider.webhooks.deliveries.repository import (
    SHARDS,
    DeliveryRepository,
    PendingDelivery,
    first_waiting,
)
from outrider.webhooks.endpoints import breaker
from outrider.webhooks.endpoints.repository import Stored, WebhookRepository
from outrider.webhooks.models import ProbeJob, ReplayJob
from outrider.webhooks.replays.repository import ReplayRepository, unmoved_since

_PATIENCE = timedelta(seconds=60)
_DROPPED = 100
_EVERY = 60
_STALLED = timedelta(hours=1)
"""Longer than the queue tries again with a replay."""


@dataclass(frozen=True, slots=True)
class Sweeper:
    """All workspaces. `pump` makes the pump of one; `go_on` has a replay gone on with."""

    table: Table
    pump: Callable[[WorkspaceId], Pump]
    go_on: Callable[[ReplayJob], None]

    def overdue(self) -> Iterator[PendingDelivery]:
        """The oldest delivery of each endpoint, where it should have gone a minute ago. It begins
        with another shard each time, so that none is always the last."""
        late = clock.now() - _PATIENCE
        turn = int(clock.now().timestamp()) // _EVERY
        for shard in range(SHARDS):
            waiting = None
            while waiting := first_waiting(self.table, (turn + shard) % SHARDS, waiting):
                if waiting.since < late:
                    yield waiting

    def wake(self, waiting: PendingDelivery) -> None:
        """Set going what an endpoint's deliveries wait for."""
        stored = WebhookRepository(self.table, waiting.workspace).get(waiting.webhook_id)
        if stored is None:
            deliveries = DeliveryRepository(self.table, waiting.workspace)
            left = deliveries.waiting_for(waiting.webhook_id, None, None, _DROPPED)
            deliveries.drop(waiting.webhook_id, left)
        elif stored.webhook.status == "enabled":
            self._wake(self.pump(waiting.workspace), stored)

    def stalled(self) -> Iterator[ReplayJob]:
        """The replays whose messages were given up."""
        yield from unmoved_since(self.table, clock.now() - _STALLED)

    def resume(self, job: ReplayJob) -> None:
        """Have a replay gone on with, once an hour while it does not move."""
        replays = ReplayRepository(self.table, WorkspaceId(job.workspace))
        work = replays.get(job.webhook_id, job.replay_id)
        if work and replays.asked_again(work.replay):
            self.go_on(job)

    def _wake(self, pump: Pump, stored: Stored) -> None:
        now = clock.now()
        webhook_id = stored.webhook.id
        probe_at = breaker.probe_at(stored.gate, webhook_id)
        if probe_at and probe_at < now - _PATIENCE:
            pump.timers.now(ProbeJob(workspace=pump.workspace, webhook_id=webhook_id))
        elif breaker.verdict(stored.gate, now) == "closed":
            pump.start(webhook_id, stored.gate)
