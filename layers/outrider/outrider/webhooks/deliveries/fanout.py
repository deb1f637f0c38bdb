"""Fan-out of events to the endpoints that subscribe to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.events.models import RecordedEvent
from outrider.kit import clock, parallel
from outrider.kit.aws.sqs import Queue
from outrider.webhooks.deliveries.repository import DeliveryRepository, delivery_of
from outrider.webhooks.deliveries.timers import order
from outrider.webhooks.endpoints import breaker
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.endpoints.subscriptions import wants
from outrider.webhooks.models import DeliveryJob

_LOOKS = 3
"""Retries for a free slot of the endpoint before a new delivery is left in the backlog."""


@dataclass(frozen=True, slots=True)
class Fanout:
    """Fan-out to the webhooks of one workspace."""

    webhooks: WebhookRepository
    deliveries: DeliveryRepository
    queue: Queue

    def fan_out(self, events: Sequence[RecordedEvent]) -> None:
        """Create one delivery per event and subscribed endpoint, and queue it. Idempotent.

        A delivery that already exists but was never attempted is queued again, since the previous
        worker may have died before it queued it. A delivery to an endpoint whose circuit breaker is
        open or that asked for a pause stays in the backlog.
        """
        now = clock.now()
        enabled = [each for each in self.webhooks.all() if each.webhook.status == "enabled"]
        wanted = [
            delivery_of(event, stored.webhook.id)
            for event in events
            for stored in enabled
            if wants(stored.webhook.events, event.event)
        ]
        taking = {
            stored.webhook.id for stored in enabled if breaker.verdict(stored.gate, now) == "closed"
        }
        jobs = [
            DeliveryJob(
                workspace=self.webhooks.workspace,
                webhook_id=delivery.webhook_id,
                delivery_id=delivery.id,
                looks=_LOOKS,
            )
            for delivery in parallel.each(self.deliveries.add, wanted)
            if delivery.attempts == 0 and delivery.webhook_id in taking
        ]
        self.queue.send([order(job) for job in jobs])
