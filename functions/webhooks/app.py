"""/v1/webhooks"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.pagination import Page, PageQuery
from outrider.webhooks.models import Webhook
from outrider.webhooks.schemas import WebhookCreate, WebhookCreated, WebhookDeleted
from outrider.webhooks.wiring import webhooks

api = native_api()
handler = api.handler


@api.get("/v1/webhooks", scope="webhooks:read")
def list_webhooks(caller: Caller, query: PageQuery) -> Page[Webhook]:
    """List webhooks, oldest first; never their secrets"""
    return webhooks(caller).list(query)


@api.post("/v1/webhooks", scope="webhooks:write")
def create_webhook(caller: Caller, body: WebhookCreate) -> WebhookCreated:
    """Register an endpoint; its secret is in this answer and never again"""
    return webhooks(caller).create(body)


@api.delete("/v1/webhooks/{webhook_id}", scope="webhooks:write")
def delete_webhook(caller: Caller, webhook_id: str) -> WebhookDeleted:
    """Delete a webhook; nothing more is delivered to it"""
    return webhooks(caller).delete(webhook_id)
