"""Sweeper of overdue deliveries: those due later than an SQS message can be delayed, and those
whose message was lost."""

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
"""Time without progress after which a replay is stalled: longer than the queue redelivers its
message."""


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeper of all workspaces. `pump` returns the backlog drain of a workspace; `go_on` queues a
    job that continues a replay."""

    table: Table
    pump: Callable[[WorkspaceId], Pump]
    go_on: Callable[[ReplayJob], None]

    def overdue(self) -> Iterator[PendingDelivery]:
        """Yield the oldest delivery of each endpoint that is overdue by a minute or more. Each call
        begins with another shard, so that none is always the last."""
        late = clock.now() - _PATIENCE
        turn = int(clock.now().timestamp()) // _EVERY
        for shard in range(SHARDS):
            waiting = None
            while waiting := first_waiting(self.table, (turn + shard) % SHARDS, waiting):
                if waiting.since < late:
                    yield waiting

    def wake(self, waiting: PendingDelivery) -> None:
        """Queue the probe, or start the backlog drain, that an endpoint's overdue deliveries wait
        for; drop them if the webhook was deleted."""
        stored = WebhookRepository(self.table, waiting.workspace).get(waiting.webhook_id)
        if stored is None:
            deliveries = DeliveryRepository(self.table, waiting.workspace)
            left = deliveries.waiting_for(waiting.webhook_id, None, None, _DROPPED)
            deliveries.drop(waiting.webhook_id, left)
        elif stored.webhook.status == "enabled":
            self._wake(self.pump(waiting.workspace), stored)

    def stalled(self) -> Iterator[ReplayJob]:
        """Yield the running replays whose queue message was lost or failed for good."""
        yield from unmoved_since(self.table, clock.now() - _STALLED)

    def resume(self, job: ReplayJob) -> None:
        """Queue a stalled replay again, at most once an hour."""
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
