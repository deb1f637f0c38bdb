"""Hands out what waits for an endpoint, no faster than it takes it.

A pump walks over the index in jobs of 15 seconds each, and begins again until nothing is due. There
is one at a time for an endpoint.
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
"""Beyond the time when the next job of this pump comes."""
_LONGEST_REST = 300
_GRACE = timedelta(seconds=10)
"""What is due only since then has its own message under way."""


@dataclass(frozen=True, slots=True)
class Pump:
    """The endpoints of one workspace."""

    workspace: WorkspaceId
    webhooks: WebhookRepository
    gates: EndpointStateRepository
    deliveries: DeliveryRepository
    timers: Timers

    def start(self, webhook_id: str, seen: EndpointState | None = None) -> None:
        """Have what waits handed out, unless that is under way: by the gate as it was `seen`, or
        as it is."""
        if seen and seen.pump_until and seen.pump_until > clock.timestamp():
            return
        lease = self.gates.begin_pump(webhook_id, None, _LEASE)
        if lease:
            self.timers.now(PumpJob(workspace=self.workspace, webhook_id=webhook_id, lease=lease))

    def run(self, job: PumpJob) -> None:
        """Hand out some. Nothing is handed out, and the pump ends, while the endpoint is disabled,
        its breaker open, or it asked for a pause: what ends that starts another."""
        stored = self.webhooks.get(job.webhook_id)
        if stored is None:
            return
        now = clock.now()
        goes = breaker.verdict(stored.gate, now) == "closed"
        if stored.webhook.status != "enabled" or not goes:
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
        following = job.model_copy(update={"lease": lease, **_seen(job, found)})
        if len(ready) == most:
            self.timers.now(following.model_copy(update={"after": ready[-1].place}), _ROUND)
        elif found or job.after:
            # Some are too young, some may have found no place, some came back behind this walk.
            again = following.model_copy(update={"after": None})
            self.timers.now(again, again.rest)
        else:
            self.gates.end_pump(job.webhook_id, lease)


def _seen(job: PumpJob, found: Sequence[PendingDelivery]) -> dict[str, object]:
    """What the next job has to know of the beginning of this walk."""
    if job.after or not found:
        return {}
    oldest = found[0].place
    stuck = oldest == job.oldest
    return {"oldest": oldest, "rest": min(2 * job.rest, _LONGEST_REST) if stuck else _ROUND}


def per_second(gate: EndpointState) -> float:
    """How many deliveries an endpoint gets from its backlog: as many as its answers make room for,
    by the latest of them."""
    latency = gate.last_attempt.latency_ms / 1000 if gate.last_attempt else 0
    return min(MOST_PER_SECOND, AT_ONCE / max(latency, 1))
