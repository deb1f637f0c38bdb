"""Webhooks after they are registered: read, changed, tested, paused, their secrets rotated."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from outrider.webhooks.endpoints.subscriptions import AVAILABLE
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import create_contact, headers_of, received, register
from tests.receivers import Receiver, answering, receiver

KEY = {"idempotency-key": "once"}


on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


def signed_by(request: bytes, *secrets: str) -> list[bool]:
    """Whether a request is signed with each of these secrets, as it may be with several."""
    headers = headers_of(request)
    body = request.partition(b"\r\n\r\n")[2].decode()
    moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signatures = headers["webhook-signature"].split(" ")
    return [
        Webhook(secret).sign(headers["webhook-id"], moment, body) in signatures
        for secret in secrets
    ]


class TestGet:
    def test_shows_what_it_may_ask_for_and_no_secret(self, api: Api, endpoint: Receiver) -> None:
        created = register(api, endpoint.url).json

        answer = api.get(f"/v1/webhooks/{created['id']}")

        assert answer.json == {
            name: created[name] for name in created.keys() - {"secret", "notice", "test"}
        }
        assert answer.json["available_events"] == list(AVAILABLE)
        assert answer.headers["ETag"] == '"1"'


class TestUpdate:
    def test_sends_what_is_asked_for_to_where_it_is_now(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        with receiver(answering()) as before:
            webhook = register(api, before.url, "contact.updated").json
            body = {"url": endpoint.url, "events": ["contact.created"], "description": "CRM"}
            changed = api.patch(f"/v1/webhooks/{webhook['id']}", body).json
            create_contact(api)

            cloud.drain()

        assert {name: changed[name] for name in body} == body
        assert (changed["version"], len(received(endpoint)), received(before)) == (2, 1, [])

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"url": "https://10.0.0.1/hook"}, "/url"),
            ({"url": "https://[::ffff:127.0.0.1]/"}, "/url"),
            ({"url": "http://example.com@10.0.0.1/"}, "/url"),
            ({"url": "https://127.0.0.1/#part"}, "/url"),
            ({"url": None}, "/url"),
            ({"events": ["contact.exploded"]}, "/events"),
            ({"status": "broken"}, "/status"),
            ({"secret": "your-webhook-secret"}, "/secret"),
        ],
    )
    def test_refuses_what_a_registration_refuses(
        self, api: Api, endpoint: Receiver, body: dict[str, Any], pointer: str
    ) -> None:
        webhook = register(api, endpoint.url).json

        answer = api.patch(f"/v1/webhooks/{webhook['id']}", body)

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer]

    def test_minds_the_version(self, api: Api, endpoint: Receiver) -> None:
        path = f"/v1/webhooks/{register(api, endpoint.url).json['id']}"

        statuses = [
            api.patch(path, {"description": "A"}, headers={"if-match": '"1"'}).status,
            api.patch(path, {"description": "A"}).status,
            api.patch(path, {"description": "B"}, headers={"if-match": '"1"'}).status,
        ]

        assert statuses == [200, 200, 412]


class TestPause:
    def test_stops_deliveries_and_tells_it_once(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        path = f"/v1/webhooks/{register(api, endpoint.url, 'contact.created').json['id']}"
        with receiver(answering()) as other:
            register(api, other.url, "webhook.disabled")
            paused = [api.patch(path, {"status": "disabled"}).json for _ in range(2)][1]
            create_contact(api)
            cloud.drain()

            (told,) = received(other)

        assert (paused["status"], paused["disabled_reason"]) == ("disabled", "paused")
        assert paused["disabled_at"] == paused["updated_at"]
        assert told["data"] == {"webhook_id": paused["id"], "reason": "paused"}
        assert received(endpoint) == []

    def test_ends_with_enable(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        path = f"/v1/webhooks/{register(api, endpoint.url, 'contact.created').json['id']}"
        api.patch(path, {"status": "disabled"})

        enabled = api.post(f"{path}/enable").json
        create_contact(api)
        cloud.drain()

        assert (enabled["status"], enabled["disabled_reason"]) == ("enabled", None)
        assert len(received(endpoint)) == 1


class TestTest:
    def test_tells_what_came_of_it(self, api: Api, cloud: Cloud) -> None:
        with receiver(answering("503 Later", b"busy")) as peer:
            webhook = register(api, peer.url).json
            with cloud.writes() as written:
                outcome = api.post(f"/v1/webhooks/{webhook['id']}/test").json

            assert signed_by(peer.requests[1], webhook["secret"]) == [True]
        assert outcome.pop("latency_ms") >= 0
        assert outcome == {
            "object": "webhook_test",
            "delivered": False,
            "status_code": 503,
            "error": "http_5xx",
            "detail": None,
            "answer": "busy",
        }
        assert written == []

    def test_is_sent_once_for_a_key(self, api: Api, endpoint: Receiver) -> None:
        path = f"/v1/webhooks/{register(api, endpoint.url).json['id']}/test"

        first, again = (api.post(path, headers=KEY).json for _ in range(2))

        assert first == again
        assert len(received(endpoint, tests=True)) == 2

    def test_reaches_an_endpoint_that_is_disabled(self, api: Api, endpoint: Receiver) -> None:
        path = f"/v1/webhooks/{register(api, endpoint.url).json['id']}"
        api.patch(path, {"status": "disabled"})

        assert api.post(f"{path}/test").json["delivered"] is True


class TestRotateSecret:
    def test_shows_the_new_one_once(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url).json
        path = f"/v1/webhooks/{webhook['id']}"

        rotated, again = (
            api.post(f"{path}/rotate-secret", {"secret": "another-secret"}, headers=KEY).json
            for _ in range(2)
        )

        assert again.pop("secret") is None
        assert f"{path}/rotate-secret" in again.pop("notice")
        assert again.items() <= rotated.items()
        assert rotated["secret"] == "whsec_YW5vdGhlci1zZWNyZXQ="
        assert rotated["previous_secret_until"].startswith("2026-03-03T09:00:00")
        assert "secret" not in api.get(path).json
        stored = json.dumps([cloud.items(table) for table in ("keys", "webhooks")], default=repr)
        assert "another-secret" not in stored
        assert rotated["secret"] not in stored

    def test_signs_with_both_meanwhile(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url, "contact.created").json
        path = f"/v1/webhooks/{webhook['id']}"
        secrets = [webhook["secret"]]
        for _ in range(2):
            secrets.append(api.post(f"{path}/rotate-secret").json["secret"])
        create_contact(api)

        cloud.drain()
        api.post(f"{path}/test")
        cloud.clock.advance(hours=25)
        api.post(f"{path}/test")

        signed = [signed_by(request, *secrets) for request in endpoint.requests[1:]]
        assert signed == [[False, True, True]] * 2 + [[False, False, True]]

    def test_that_others_were_faster_with_is_not_done_twice(
        self, api: Api, endpoint: Receiver
    ) -> None:
        """A second rotation would end the secret that the endpoint still knows."""
        path = f"/v1/webhooks/{register(api, endpoint.url).json['id']}"

        answers = [
            api.post(f"{path}/{what}", headers={"if-match": '"1"'})
            for what in ("rotate-secret", "rotate-secret", "enable")
        ]

        assert [answer.status for answer in answers] == [200, 412, 412]
        assert api.get(path).json["version"] == 2

    def test_ends_the_overlap_after_a_day(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        path = f"/v1/webhooks/{register(api, endpoint.url).json['id']}"
        api.post(f"{path}/rotate-secret")
        cloud.clock.advance(hours=24)

        assert api.get(path).json["previous_secret_until"] is None


class TestHealth:
    def test_tells_how_the_endpoint_does(self, api: Api, cloud: Cloud) -> None:
        with receiver(answering()) as good, receiver(answering("500 Oops")) as bad:
            paths = [
                f"/v1/webhooks/{register(api, peer.url, 'contact.created').json['id']}"
                for peer in (good, bad)
            ]
            create_contact(api)
            cloud.drain()

            healthy, failing = (api.get(path).json["health"] for path in paths)

        assert (healthy["status"], healthy["failures_in_a_row"]) == ("healthy", 0)
        assert healthy["last_success_at"] == healthy["last_attempt"]["at"]
        assert (failing["status"], failing["failures_in_a_row"]) == ("failing", 1)
        assert failing["failing_since"] == failing["last_failure_at"]
        assert failing["last_attempt"]["status_code"] == 500
        assert [each["next_probe_at"] for each in (healthy, failing)] == [None, None]
        listed = api.get("/v1/webhooks").json["data"]
        assert [each["health"] for each in listed] == [healthy, failing]

    def test_tells_when_an_open_endpoint_is_probed(self, api: Api, cloud: Cloud) -> None:
        path = _an_open_endpoint(api, cloud)

        health = api.get(path).json["health"]

        assert (health["status"], health["failures_in_a_row"]) == ("waiting", 5)
        assert health["next_probe_at"] > health["last_failure_at"]

    @pytest.mark.parametrize("how", ["enable", "status", "another URL", "pause and enable"])
    def test_is_forgotten_and_what_waits_goes_out(
        self, api: Api, cloud: Cloud, endpoint: Receiver, how: str
    ) -> None:
        path = _an_open_endpoint(api, cloud)
        webhook = api.get(path).json
        if how == "another URL":
            shown = api.patch(path, {"url": endpoint.url}).json
        elif how == "status":
            shown = api.patch(path, {"status": "enabled"}).json
        else:
            if how == "pause and enable":
                api.patch(path, {"status": "disabled"})
            shown = api.post(f"{path}/enable").json
        cloud.run(hours=0.005)

        after = api.get(path).json["health"]
        waited = api.get(f"{path}/deliveries?status=pending").json["data"]
        assert (shown["health"]["status"], shown["health"]["failures_in_a_row"]) == ("healthy", 0)
        assert shown["version"] == {"another URL": 2, "pause and enable": 3}.get(how, 1)
        assert webhook["health"]["last_failure_at"] == shown["health"]["last_failure_at"]
        if how == "another URL":
            assert (after["status"], waited) == ("healthy", [])
            assert len(received(endpoint)) == 5
        else:
            assert after["last_failure_at"] > webhook["health"]["last_failure_at"]


def _an_open_endpoint(api: Api, cloud: Cloud) -> str:
    """Five deliveries failed, one after another; nobody listens any more."""
    with receiver(answering("500 Oops")) as peer:
        webhook = register(api, peer.url, "contact.created").json
        for number in range(5):
            create_contact(api, f"contact{number}")
        cloud.drain()
    return f"/v1/webhooks/{webhook['id']}"
