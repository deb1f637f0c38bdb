"""/v1/webhooks"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.settings import Environment, needs
from outrider.webhooks.models import Replay
from outrider.webhooks.schemas import (
    DeliveryQuery,
    DeliverySummary,
    DeliveryView,
    LoggedDelivery,
    ReplayCreate,
    SecretRotate,
    WebhookCreate,
    WebhookCreated,
    WebhookDeleted,
    WebhookPage,
    WebhookRotated,
    WebhookTest,
    WebhookUpdate,
    WebhookView,
)
from outrider.webhooks.wiring import deliveries, replays, webhooks

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.webhooks_table,
    Environment.secrets_key_id,
    Environment.webhook_deliveries_queue_url,
)(api.handler)


@api.get("/v1/webhooks", scope="webhooks:read")
def list_webhooks(caller: Caller, query: PageQuery) -> WebhookPage:
    """List webhooks, oldest first, and the available events"""
    return webhooks(caller).list(query)


@api.post("/v1/webhooks", scope="webhooks:write")
def create_webhook(caller: Caller, body: WebhookCreate) -> WebhookCreated:
    """Create a webhook; its secret is shown in this answer only"""
    return webhooks(caller).create(body)


@api.get("/v1/webhooks/{webhook_id}", scope="webhooks:read")
def get_webhook(caller: Caller, webhook_id: str) -> WebhookView:
    """Get a webhook, without its secret"""
    return webhooks(caller).get(webhook_id)


@api.patch("/v1/webhooks/{webhook_id}", scope="webhooks:write")
def update_webhook(
    caller: Caller, webhook_id: str, body: WebhookUpdate, if_match: int | None
) -> WebhookView:
    """Update a webhook"""
    return webhooks(caller).update(webhook_id, body, if_match)


@api.delete("/v1/webhooks/{webhook_id}", scope="webhooks:write")
def delete_webhook(caller: Caller, webhook_id: str, if_match: int | None) -> WebhookDeleted:
    """Delete a webhook; nothing more is delivered to it"""
    return webhooks(caller).delete(webhook_id, if_match)


@api.post("/v1/webhooks/{webhook_id}/enable", scope="webhooks:write", status=200)
def enable_webhook(caller: Caller, webhook_id: str, if_match: int | None) -> WebhookView:
    """Enable a webhook, and deliver what waited"""
    return webhooks(caller).enable(webhook_id, if_match)


@api.post("/v1/webhooks/{webhook_id}/rotate-secret", scope="webhooks:write", status=200)
def rotate_webhook_secret(
    caller: Caller, webhook_id: str, body: SecretRotate | None, if_match: int | None
) -> WebhookRotated:
    """Rotate the secret of a webhook; both sign for 24 hours"""
    return webhooks(caller).rotate_secret(webhook_id, body or SecretRotate(), if_match)


@api.post("/v1/webhooks/{webhook_id}/test", scope="webhooks:write", status=200)
def test_webhook(caller: Caller, webhook_id: str) -> WebhookTest:
    """Send a signed test event and return its outcome"""
    return webhooks(caller).test(webhook_id)


@api.get("/v1/webhooks/{webhook_id}/deliveries", scope="webhooks:read")
def list_webhook_deliveries(
    caller: Caller, webhook_id: str, query: DeliveryQuery
) -> Page[LoggedDelivery]:
    """List the deliveries of a webhook, newest first"""
    return deliveries(caller).list(webhook_id, query)


@api.get("/v1/webhooks/deliveries/{delivery_id}", scope=("webhooks:read", "events:read"))
def get_webhook_delivery(caller: Caller, delivery_id: str) -> DeliveryView:
    """Get a delivery with its attempts and payload"""
    return deliveries(caller).get(delivery_id)


@api.post("/v1/webhooks/deliveries/{delivery_id}/redeliver", scope="webhooks:write", status=202)
def redeliver_webhook_delivery(caller: Caller, delivery_id: str) -> DeliverySummary:
    """Redeliver an event"""
    return deliveries(caller).redeliver(delivery_id)


@api.post("/v1/webhooks/{webhook_id}/replay", scope=("webhooks:write", "events:read"), status=202)
def replay_webhook(caller: Caller, webhook_id: str, body: ReplayCreate) -> Replay:
    """Replay the events of a period"""
    return replays(caller).create(webhook_id, body)


@api.get("/v1/webhooks/{webhook_id}/replays", scope="webhooks:read")
def list_webhook_replays(caller: Caller, webhook_id: str, query: PageQuery) -> Page[Replay]:
    """List the replays of a webhook, newest first"""
    return replays(caller).list(webhook_id, query)


@api.get("/v1/webhooks/{webhook_id}/replays/{replay_id}", scope="webhooks:read")
def get_webhook_replay(caller: Caller, webhook_id: str, replay_id: str) -> Replay:
    """Get a replay and its progress"""
    return replays(caller).get(webhook_id, replay_id)
