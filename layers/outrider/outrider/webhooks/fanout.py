"""From one event to the endpoints that want it."""

from dataclasses import dataclass

from outrider.events.models import RecordedEvent
from outrider.kit.queues import Queue, QueueMessage
from outrider.webhooks.deliveries import DeliveryRepository, delivery_of
from outrider.webhooks.models import DeliveryJob
from outrider.webhooks.repository import WebhookRepository
from outrider.webhooks.subscriptions import wants


@dataclass(frozen=True, slots=True)
class Fanout:
    """The webhooks of one workspace."""

    webhooks: WebhookRepository
    deliveries: DeliveryRepository
    queue: Queue

    def fan_out(self, event: RecordedEvent) -> None:
        """One delivery for each endpoint that wants `event`; twice is the same as once.

        A delivery that stood there and was not attempted yet is queued again, since the attempt
        before may have ended before it was.
        """
        orders = [
            DeliveryJob(
                workspace=event.workspace,
                webhook_id=delivery.webhook_id,
                delivery_id=delivery.id,
                attempt=1,
            )
            for webhook in (stored.webhook for stored in self.webhooks.all())
            if webhook.status == "enabled" and wants(webhook.events, event.event)
            if (delivery := self.deliveries.add(delivery_of(event, webhook.id))).attempts == 0
        ]
        self.queue.send([QueueMessage(order.model_dump()) for order in orders])
