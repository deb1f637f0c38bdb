"""Queue of deliveries: one request for each message."""

from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit.queues import handle_records
from outrider.webhooks.models import DeliveryJob
from outrider.webhooks.wiring import deliverer


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return handle_records(event, _deliver)


def _deliver(message: dict[str, Any]) -> None:
    order = DeliveryJob.model_validate(message)
    deliverer(WorkspaceId(order.workspace)).attempt(order)
