"""From one event to the endpoints that want it."""

from dataclasses import dataclass

from outrider.events.models import RecordedEvent
from outrider.kit import clock
from outrider.kit.queues import Queue
from outrider.webhooks import breaker
from outrider.webhooks.deliveries import DeliveryRepository, delivery_of
from outrider.webhooks.models import DeliveryJob
from outrider.webhooks.repository import WebhookRepository
from outrider.webhooks.subscriptions import wants
from outrider.webhooks.timers import order

_LOOKS = 3
"""For a free place at the endpoint, before a new delivery waits for the pump."""


@dataclass(frozen=True, slots=True)
class Fanout:
    """The webhooks of one workspace."""

    webhooks: WebhookRepository
    deliveries: DeliveryRepository
    queue: Queue

    def fan_out(self, event: RecordedEvent) -> None:
        """One delivery for each endpoint that wants `event`; twice is the same as once.

        A delivery that stood there and was not attempted yet is queued again, since the attempt
        before may have ended before it was. One to an endpoint that takes nothing just now waits
        for its pump.
        """
        now = clock.now()
        jobs = []
        for stored in self.webhooks.all():
            webhook = stored.webhook
            if webhook.status != "enabled" or not wants(webhook.events, event.event):
                continue
            delivery = self.deliveries.add(delivery_of(event, webhook.id))
            if delivery.attempts == 0 and breaker.verdict(stored.gate, now) == "closed":
                jobs.append(
                    DeliveryJob(
                        workspace=event.workspace,
                        webhook_id=webhook.id,
                        delivery_id=delivery.id,
                        looks=_LOOKS,
                    )
                )
        self.queue.send([order(job) for job in jobs])
