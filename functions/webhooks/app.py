"""/v1/webhooks"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.webhooks.schemas import WebhookCreate, WebhookCreated
from outrider.webhooks.wiring import webhooks

api = native_api()
handler = api.handler


@api.post("/v1/webhooks", scope="webhooks:write")
def create_webhook(caller: Caller, body: WebhookCreate) -> WebhookCreated:
    """Register an endpoint; its secret is in this answer and never again"""
    return webhooks(caller).create(body)
