"""Webhooks of examples, with deliveries and replays."""

from tests.harness.api import Api
from tests.integration.endpoints import a_delivery

NOBODY = "http://127.0.0.1:9/"
"""An endpoint where nothing listens: registering it succeeds, its test does not."""


def a_webhook(api: Api) -> str:
    body = {"url": NOBODY, "events": ["*"]}
    return str(api.post("/v1/webhooks", body).json["id"])


def a_disabled_webhook(api: Api) -> str:
    webhook_id = a_webhook(api)
    api.patch(f"/v1/webhooks/{webhook_id}", {"status": "disabled"})
    return webhook_id


def a_webhook_with_deliveries(api: Api) -> str:
    webhook_id = a_webhook(api)
    for _ in range(2):
        a_delivery(api, webhook_id)
    return webhook_id


def a_webhook_with_replays(api: Api) -> str:
    webhook_id = a_replay(api).partition("/")[0]
    api.post(f"/v1/webhooks/{webhook_id}/replay", {"since": "2026-01-01T00:00:00Z"})
    return webhook_id


def a_replay(api: Api) -> str:
    """Its webhook besides."""
    webhook_id = a_webhook(api)
    body = {"since": "2026-01-01T00:00:00Z"}
    replay = api.post(f"/v1/webhooks/{webhook_id}/replay", body).json
    return f"{webhook_id}/{replay['id']}"


def a_failed_delivery(api: Api) -> str:
    return a_delivery(api, a_webhook(api), state="failed", attempts=21, tries=21).id
