"""Drain of the backlog of an endpoint, at the rate that the endpoint can take.

A pump is a chain of jobs, one every 15 seconds, each of which walks over due deliveries in the
index; it starts over until none is due. A lease ensures one pump per endpoint.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.webhooks.deliveries.repository import DeliveryRepository, PendingDelivery
from outrider.webhooks.deliveries.timers import SKEW, Timers, order
from outrider.webhooks.endpoints import breaker
from outrider.webhooks.endpoints.breaker import AT_ONCE
from outrider.webhooks.endpoints.endpoint_state import EndpointStateRepository
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.models import DeliveryJob, EndpointState, PumpJob

MOST_PER_SECOND = 10
_ROUND = 15
_LEASE = timedelta(seconds=60)
"""Lease of a pump, counted from the time at which its next job is due."""
_LONGEST_REST = 300
_GRACE = timedelta(seconds=10)
"""Time in which a delivery that became due still has its own queue message, so the pump leaves
it."""


@dataclass(frozen=True, slots=True)
class Pump:
    """Drain of the backlogs of one workspace's endpoints."""

    workspace: WorkspaceId
    webhooks: WebhookRepository
    gates: EndpointStateRepository
    deliveries: DeliveryRepository
    timers: Timers

    def start(self, webhook_id: str, seen: EndpointState | None = None) -> None:
        """Start draining the backlog of an endpoint unless a pump holds the lease. `seen` is the
        endpoint state if it was just read; it saves a write while a pump is running."""
        if seen and seen.pump_until and seen.pump_until > clock.timestamp():
            return
        lease = self.gates.begin_pump(webhook_id, None, _LEASE)
        if lease:
            self.timers.now(PumpJob(workspace=self.workspace, webhook_id=webhook_id, lease=lease))

    def run(self, job: PumpJob) -> None:
        """Queue the next due deliveries of the backlog and the pump's next job.

        The pump ends without queueing any while the endpoint is disabled, its circuit breaker is
        open, or it asked for a pause (Retry-After); whatever ends that state starts a new pump.
        """
        stored = self.webhooks.get(job.webhook_id)
        if stored is None:
            return
        now = clock.now()
        closed = breaker.verdict(stored.gate, now) == "closed"
        if stored.webhook.status != "enabled" or not closed:
            ends = breaker.held_until(stored.gate, now)
            if ends and ends - now <= SKEW:
                self.timers.now(job, math.ceil(SKEW.total_seconds()))
                return
            self.gates.end_pump(job.webhook_id, job.lease)
            return
        lease = self.gates.begin_pump(
            job.webhook_id, job.lease, _LEASE + timedelta(seconds=2 * job.rest)
        )
        if lease is None:
            return
        rate = per_second(stored.gate)
        most = max(1, int(rate * _ROUND))
        found = self.deliveries.waiting_for(job.webhook_id, now, job.after, most)
        ready = [each for each in found if each.since <= now - _GRACE]
        self.timers.queue.send(
            [
                order(
                    DeliveryJob(
                        workspace=self.workspace,
                        webhook_id=job.webhook_id,
                        delivery_id=each.delivery_id,
                    ),
                    delay_seconds=int(place / rate),
                )
                for place, each in enumerate(ready)
            ]
        )
        following = job.model_copy(update={"lease": lease, **_first_page_fields(job, found)})
        if len(ready) == most:
            self.timers.now(following.model_copy(update={"after": ready[-1].place}), _ROUND)
        elif found or job.after:
            # Some were in their grace time, found no free slot, or came back behind the cursor.
            again = following.model_copy(update={"after": None})
            self.timers.now(again, again.rest)
        else:
            self.gates.end_pump(job.webhook_id, lease)


def _first_page_fields(job: PumpJob, found: Sequence[PendingDelivery]) -> dict[str, object]:
    """Return the next job's fields about the first page of a walk: the oldest delivery, and a wait
    that doubles while the oldest delivery does not change."""
    if job.after or not found:
        return {}
    oldest = found[0].place
    stuck = oldest == job.oldest
    return {"oldest": oldest, "rest": min(2 * job.rest, _LONGEST_REST) if stuck else _ROUND}


def per_second(gate: EndpointState) -> float:
    """Return the drain rate of the backlog in deliveries per second, derived from the latency of
    the last attempt."""
    latency = gate.last_attempt.latency_ms / 1000 if gate.last_attempt else 0
    return min(MOST_PER_SECOND, AT_ONCE / max(latency, 1))
