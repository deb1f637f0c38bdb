"""Operations of the API on deliveries."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import ids
from outrider.kit.attempts import attempts
from outrider.kit.errors import Conflict, Contended, Stale
from outrider.kit.http.pagination import Page, Sealer
from outrider.webhooks.deliveries.log import DeliveryLog
from outrider.webhooks.deliveries.repository import DeliveryRepository, Due, parts_of
from outrider.webhooks.endpoints.repository import WebhookRepository
from outrider.webhooks.errors import DeliveryNotFound, WebhookNotFound
from outrider.webhooks.models import Delivery
from outrider.webhooks.replays.redelivery import Repeats, again
from outrider.webhooks.schemas import (
    DeliveryQuery,
    DeliverySummary,
    DeliveryView,
    LoggedDelivery,
)


@dataclass(frozen=True, slots=True)
class DeliveryService:
    """Deliveries and their log. `send` queues the next attempt of a delivery; if that fails, the
    sweeper finds the delivery later."""

    caller: Caller
    webhooks: WebhookRepository
    deliveries: DeliveryRepository
    log: DeliveryLog
    send: Callable[[Delivery], None]

    def list(self, webhook_id: str, query: DeliveryQuery) -> Page[LoggedDelivery]:
        """Return a page of deliveries with their attempts, newest first. Raises WebhookNotFound."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/webhooks/{webhook_id}")
        after = sealer.after(query)
        if not ids.is_id("whk", webhook_id) or self.webhooks.get(webhook_id) is None:
            raise WebhookNotFound
        found, place = self.log.list(webhook_id, query.limit, after, _filter(query))
        return sealer.page(
            query,
            [LoggedDelivery.of(each.delivery, attempts=each.attempts) for each in found],
            place,
        )

    def get(self, delivery_id: str) -> DeliveryView:
        """Return a delivery with its attempts and payload. Raises DeliveryNotFound."""
        named = parts_of(delivery_id)
        logged = self.log.get(named[1], delivery_id) if named else None
        if logged is None:
            raise DeliveryNotFound
        return DeliveryView.of(logged.delivery, attempts=logged.attempts)

    def redeliver(self, delivery_id: str) -> DeliverySummary:
        """Redeliver an event, from the beginning of the retry schedule.

        Raises DeliveryNotFound, Conflict if the delivery is pending or its webhook disabled, and
        Contended if the delivery keeps changing.
        """
        for _ in attempts():
            due = self._due(delivery_id)
            _require_ended(due)
            after = again(due.delivery, kind="redelivery")
            summary = DeliverySummary.of(after)
            try:
                Repeats(self.deliveries).redeliver(
                    due.delivery, after, self.caller.keep_actions(summary)
                )
            except Stale:
                continue
            self.send(after)
            return summary
        raise Contended("The delivery is being changed by others")

    def _due(self, delivery_id: str) -> Due:
        named = parts_of(delivery_id)
        due = self.deliveries.get(named[1], delivery_id) if named else None
        if due is None:
            raise DeliveryNotFound
        return due


def _filter(query: DeliveryQuery) -> Callable[[Delivery], bool] | None:
    state, names = query.status, query.names
    if state is None and names is None:
        return None

    def wanted(delivery: Delivery) -> bool:
        return state in (None, delivery.state) and (names is None or delivery.event in names)

    return wanted


def _require_ended(due: Due) -> None:
    if due.to.webhook.status == "disabled":
        raise Conflict(
            "The webhook of this delivery is disabled. POST /v1/webhooks/"
            f"{due.to.webhook.id}/enable first"
        )
    if due.delivery.state == "pending":
        raise Conflict(
            "This delivery is on its way: its next attempt is at"
            f" {due.delivery.next_attempt_at}. Only one that was delivered or has failed is"
            " delivered again"
        )
