"""Attempts: one request each, recorded, and the next one scheduled."""

from dataclasses import dataclass
from datetime import timedelta

from outrider.kit import clock
from outrider.kit.queues import MAX_DELAY_SECONDS, Queue, QueueMessage
from outrider.webhooks.deliveries import DeliveryRepository
from outrider.webhooks.models import Delivery, DeliveryJob, Outcome
from outrider.webhooks.safe import SecretSafe
from outrider.webhooks.schedule import delay_after
from outrider.webhooks.sender import Sender

LEASE = timedelta(seconds=60)
"""Longer than any attempt, shorter than the time after which the queue gives a message again."""


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Delivers the events of one workspace."""

    deliveries: DeliveryRepository
    safe: SecretSafe
    sender: Sender
    queue: Queue

    def attempt(self, order: DeliveryJob) -> None:
        """Carry out one attempt, unless it was made before or is not wanted any more.

        Raises DeliveryInProgress when another worker is at it. Its message must stay in the queue:
        if that worker dies, this one is what is left.
        """
        due = self.deliveries.get(order.webhook_id, order.delivery_id)
        if due is None or due.delivery.state != "pending" or due.to.webhook.status != "enabled":
            return
        if order.attempt <= due.delivery.attempts:
            # The worker that made this attempt may have ended before it scheduled the next.
            self._schedule(order, due.delivery)
            return
        webhook = due.to.webhook
        keys = [self.safe.open(webhook.id, locked) for locked in due.to.signing]
        leased = self.deliveries.lease(due.delivery, LEASE)
        outcome = self.sender.send(webhook.url, keys, leased.event_id, leased.payload)
        self._schedule(order, self._record(leased, outcome))

    def _record(self, leased: Delivery, outcome: Outcome) -> Delivery:
        if outcome.delivered:
            return self.deliveries.record(leased, outcome, "delivered", None)
        delay = delay_after(leased.tries + 1, leased.id)
        if delay is None:
            return self.deliveries.record(leased, outcome, "failed", None)
        return self.deliveries.record(
            leased, outcome, "pending", clock.to_text(clock.now() + delay)
        )

    def _schedule(self, order: DeliveryJob, delivery: Delivery) -> None:
        """Queue the next attempt, if there is one and the queue can hold it that long."""
        if delivery.next_attempt_at is None:
            return
        wait = clock.from_text(delivery.next_attempt_at) - clock.now()
        seconds = max(0, -(-wait // timedelta(seconds=1)))
        if seconds <= MAX_DELAY_SECONDS:
            following = order.model_copy(update={"attempt": delivery.attempts + 1})
            self.queue.send([QueueMessage(following.model_dump(), delay_seconds=seconds)])
