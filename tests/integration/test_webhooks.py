"""Registering endpoints, and the way of an event to them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import (
    FAILING,
    create_contact,
    headers_of,
    received,
    register,
)
from tests.receivers import Receiver, receiver

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


class TestRegister:
    def test_gives_the_webhook_its_secret_and_what_came_of_the_test(
        self, api: Api, endpoint: Receiver
    ) -> None:
        answer = register(api, endpoint.url, "contact.*", "email.sent")

        created = answer.json
        assert answer.status == 201
        assert created.pop("id").startswith("whk_")
        assert created.pop("secret").startswith("whsec_")
        assert "only" in created.pop("notice")
        assert created.pop("created_at") == created.pop("updated_at")
        assert created.pop("test").pop("latency_ms") >= 0
        assert "contact.*" in created.pop("available_events")
        assert created.pop("health")["status"] == "healthy"
        assert {name: value for name, value in created.items() if value is not None} == {
            "object": "webhook",
            "url": endpoint.url,
            "events": ["contact.*", "email.sent"],
            "status": "enabled",
            "version": 1,
        }

    def test_sends_a_signed_test_whatever_the_endpoint_asked_for(
        self, api: Api, endpoint: Receiver
    ) -> None:
        created = register(api, endpoint.url, "credits.low").json

        (payload,) = received(endpoint, tests=True)
        headers = headers_of(endpoint.requests[0])
        body = endpoint.requests[0].partition(b"\r\n\r\n")[2]
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signed = Webhook(created["secret"]).sign(payload["id"], moment, body.decode())
        assert headers["webhook-signature"] == signed
        assert headers["webhook-id"] == payload["id"]
        assert (payload["event"], payload["sequence"]) == ("webhook.test", 0)
        assert payload["data"] == {"webhook_id": created["id"]}

    def test_succeeds_when_the_test_does_not(self, api: Api) -> None:
        with receiver(FAILING) as peer:
            failed = register(api, peer.url)
        nobody = register(api, peer.url)

        assert (failed.status, nobody.status) == (201, 201)
        outcomes = [answer.json["test"] for answer in (failed, nobody)]
        assert [(each["delivered"], each["status_code"], each["error"]) for each in outcomes] == [
            (False, 500, "http_5xx"),
            (False, None, "connect"),
        ]

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            ("your-webhook-secret", "whsec_eW91ci13ZWJob29rLXNlY3JldA=="),
        ],
    )
    def test_takes_a_secret_of_the_callers(
        self, api: Api, endpoint: Receiver, given: str, shown: str
    ) -> None:
        answer = register(api, endpoint.url, body={"secret": given})

        assert answer.json["secret"] == shown

    def test_stores_and_logs_no_secret(
        self, api: Api, cloud: Cloud, endpoint: Receiver, caplog: pytest.LogCaptureFixture
    ) -> None:
        created = register(api, endpoint.url, body={"secret": "your-webhook-secret"}).json

        (item,) = [item for item in cloud.items("webhooks") if item["sk"] == created["id"]]
        traces = repr(item) + repr([vars(record) for record in caplog.records])
        assert "your-webhook-secret" not in traces
        assert created["secret"] not in traces

    def test_makes_one_write(self, api: Api, endpoint: Receiver) -> None:
        answer = register(api, endpoint.url)

        assert [str(call) for call in answer.calls] == [
            "dynamodb UpdateItem",
            "kms Encrypt",
            "dynamodb TransactWriteItems",
        ]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"events": ["contact.exploded"]}, "/events"),
            ({"events": []}, "/events"),
            ({"secret": "short"}, "/secret"),
            ({"url": "https://10.0.0.1/hook"}, "/url"),
            ({"url": "https://169.254.169.254/latest/meta-data/"}, "/url"),
            ({"url": "https://[::ffff:127.0.0.1]/"}, "/url"),
            ({"url": "http://example.com@10.0.0.1/"}, "/url"),
            ({"url": "https://2130706433/"}, "/url"),
            ({"url": "http://93.184.216.34/"}, "/url"),
            ({"url": "ftp://127.0.0.1/"}, "/url"),
            ({"url": "https://127.0.0.1/#part"}, "/url"),
            ({"unknown": 1}, "/unknown"),
        ],
    )
    def test_refuses_what_is_not_valid(
        self, api: Api, cloud: Cloud, body: dict[str, Any], pointer: str
    ) -> None:
        answer = register(api, "http://127.0.0.1:9/", body=body)

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
        assert cloud.items("webhooks", api.workspace().id) == []

    def test_lists_the_events_there_are_when_one_is_unknown(self, api: Api) -> None:
        answer = register(api, "http://127.0.0.1:9/", "contact.exploded")

        assert "contact.exploded. Available are *, contact.*" in answer.json["detail"]
        assert "reply.received" in answer.json["detail"]

    @pytest.mark.parametrize("stage", ["test", "dev", "prod"])
    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_lets_nobody_reach_loopback_outside_of_development(
        self, api: Api, monkeypatch: pytest.MonkeyPatch, endpoint: Receiver, stage: str, scheme: str
    ) -> None:
        monkeypatch.setitem(stack.PARAMETERS, "Stage", stage)

        answer = register(api, f"{scheme}://127.0.0.1:{endpoint.port}/")

        assert (answer.status, endpoint.connections) == (422, 0)

    def test_takes_twenty_of_a_workspace_and_mode(self, api: Api, endpoint: Receiver) -> None:
        statuses = [register(api, endpoint.url).status for _ in range(21)]

        elsewhere = [
            register(api, endpoint.url, mode="test").status,
            register(api, endpoint.url, workspace="globex").status,
        ]
        assert statuses == [201] * 20 + [409]
        assert elsewhere == [201, 201]

    def test_needs_its_scope(self, api: Api, endpoint: Receiver) -> None:
        answer = register(api, endpoint.url, key=api.key("webhooks:read"))

        assert (answer.status, answer.json["code"]) == (403, "SCOPE_DENIED")


class TestDelete:
    def test_delivers_nothing_more_and_makes_room(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        webhook = register(api, endpoint.url).json

        answer = api.delete(f"/v1/webhooks/{webhook['id']}")
        create_contact(api)
        cloud.drain()

        assert answer.json == {"id": webhook["id"], "object": "webhook", "deleted": True}
        assert received(endpoint) == []
        tally = cloud.items("webhooks", f"{api.workspace().id}#count")
        assert [item["webhooks"] for item in tally] == [0]

    def test_knows_no_other_workspaces_webhook(self, api: Api, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url).json

        answer = api.delete(f"/v1/webhooks/{webhook['id']}", workspace="globex")

        assert (answer.status, answer.json["code"]) == (404, "RESOURCE_NOT_FOUND")


class TestList:
    def test_shows_no_secrets(self, api: Api, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url).json

        listed = api.get("/v1/webhooks")

        assert [each["id"] for each in listed.json["data"]] == [webhook["id"]]
        assert webhook["secret"] not in listed.text
        assert "secret" not in listed.json["data"][0]
