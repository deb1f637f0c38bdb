"""Attempts at deliveries: duplicates, order, crashes."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from outrider.kit.aws.attributes import encode_item
from outrider.kit.clock import from_text, to_epoch_ms
from outrider.webhooks.endpoints.endpoint_state import LEASE
from tests.harness import stack
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.harness.failures import When
from tests.integration import endpoints
from tests.integration.endpoints import (
    FAILING,
    attempts,
    create_contact,
    deliveries,
    headers_of,
    received,
    register,
)
from tests.receivers import Peer, Receiver, Script, answering, receiver

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


class TestDelivery:
    def test_brings_an_event_to_its_endpoint_signed(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        webhook = register(api, endpoint.url, "contact.created").json
        contact = create_contact(api)

        cloud.drain()

        (payload,) = received(endpoint)
        (feed,) = api.get("/v1/events?type=contact.created").json["data"]
        assert payload == {
            name: feed[name] for name in ("id", "event", "created_at", "workspace_id", "sequence")
        } | {"data": {"contact_id": contact}}
        request = endpoint.requests[-1]
        headers, body = headers_of(request), request.partition(b"\r\n\r\n")[2]
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signed = Webhook(webhook["secret"]).sign(payload["id"], moment, body.decode())
        assert headers["webhook-signature"] == signed
        assert headers["User-Agent"].startswith("Outrider-Webhooks/")

    def test_logs_the_attempt(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url, "contact.created").json
        create_contact(api)

        cloud.drain()

        (delivery,) = deliveries(cloud, webhook["id"])
        (attempt,) = attempts(cloud, webhook["id"])
        assert (delivery["state"], delivery["attempts"]) == ("delivered", 1)
        assert attempt["sk"] == f"{delivery['sk']}#00001"
        assert (attempt["status_code"], attempt["answer"], attempt["error"]) == (200, "ok", None)
        assert attempt["latency_ms"] >= 0
        assert round((attempt["ttl"] - cloud.clock.now.timestamp()) / 86_400) == 30

    def test_brings_only_what_was_asked_for(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        with receiver(answering()) as everything, receiver(answering()) as nothing:
            register(api, endpoint.url, "contact.deleted")
            register(api, everything.url, "*")
            register(api, nothing.url, "lead.*")
            contact = create_contact(api)
            api.delete(f"/v1/contacts/{contact}")

            cloud.drain()

        got = [
            sorted(payload["event"] for payload in received(peer))
            for peer in (endpoint, everything, nothing)
        ]
        assert got[0] == ["contact.deleted"]
        assert {"contact.created", "contact.deleted", "api_key.created"} == set(got[1])
        assert got[2] == []

    def test_keeps_workspaces_and_modes_apart(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        register(api, endpoint.url, "contact.created", mode="test")
        create_contact(api)
        create_contact(api, workspace="globex")
        create_contact(api, mode="test")

        cloud.drain()

        assert len(received(endpoint)) == 1

    def test_asks_kms_once_for_a_secret(self, api: Api, cloud: Cloud, endpoint: Receiver) -> None:
        register(api, endpoint.url, "contact.created")
        for name in ("ada", "bob", "eve"):
            create_contact(api, name)

        cloud.drain()

        assert Counter(map(str, cloud.calls()))["kms Decrypt"] == 1
        assert len(received(endpoint)) == 3

    def test_tries_again_after_5_30_120_and_600_seconds(self, api: Api, cloud: Cloud) -> None:
        with receiver(FAILING) as peer:
            webhook = register(api, peer.url, "contact.created").json
            create_contact(api)

            cloud.run(hours=1)

        (delivery,) = deliveries(cloud, webhook["id"])
        log = [each for each in attempts(cloud, webhook["id"]) if each["kind"] == "scheduled"]
        times = [from_text(attempt["at"]) for attempt in log]
        waits = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
        assert len({request.partition(b"\r\n\r\n")[2] for request in peer.requests[1:]}) == 1
        assert len({headers_of(request)["webhook-id"] for request in peer.requests[1:]}) == 1
        assert [attempt["error"] for attempt in log] == ["http_5xx"] * 5
        assert all(
            planned * 0.8 <= wait <= planned * 1.2 + 1
            for planned, wait in zip((5, 30, 120, 600), waits, strict=True)
        )
        assert (delivery["state"], delivery["tries"]) == ("pending", 5)

    def test_stops_when_an_attempt_succeeds(self, api: Api, cloud: Cloud) -> None:
        answers = [answering(), FAILING, FAILING, answering("204 No Content", b"")]
        with receiver(in_turn(answers)) as peer:
            webhook = register(api, peer.url, "contact.created").json
            create_contact(api)

            cloud.run(hours=1)

        (delivery,) = deliveries(cloud, webhook["id"])
        statuses = [attempt["status_code"] for attempt in attempts(cloud, webhook["id"])]
        assert statuses == [500, 500, 204]
        assert (delivery["state"], "next_attempt_at" in delivery) == ("delivered", False)

    def test_looks_at_the_address_again_each_time(
        self, api: Api, cloud: Cloud, endpoint: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        webhook = register(api, endpoint.url, "contact.created").json
        create_contact(api)
        monkeypatch.setitem(stack.PARAMETERS, "Stage", "prod")

        cloud.drain()

        (attempt,) = attempts(cloud, webhook["id"])
        assert (attempt["error"], received(endpoint)) == ("invalid_url", [])

    def test_sends_no_more_to_an_endpoint_that_is_disabled_or_gone(
        self, api: Api, cloud: Cloud
    ) -> None:
        with receiver(FAILING) as peer:
            disabled, gone = (register(api, peer.url, "contact.*").json["id"] for _ in range(2))
            create_contact(api)
            cloud.drain()
            _disable(cloud, api.workspace().id, disabled)
            _remove(cloud, api.workspace().id, gone)
            create_contact(api, "bob")

            cloud.run(hours=1)

        assert len(received(peer)) == 2
        assert [each["state"] for each in deliveries(cloud, disabled)] == ["pending"]
        assert len(deliveries(cloud, gone)) == 1


class TestDuplicates:
    def test_an_event_that_comes_again_is_not_sent_again(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        register(api, endpoint.url, "contact.created")
        create_contact(api)
        cloud.drain()

        for event in cloud.bus.published * 2:
            cloud.queue("WebhookFanoutQueue").send(json.dumps(event))
        cloud.run(hours=1)

        assert len(received(endpoint)) == 1

    def test_an_order_that_comes_again_is_not_carried_out_again(
        self, api: Api, cloud: Cloud
    ) -> None:
        with receiver(in_turn([answering(), *[FAILING] * 4, answering()])) as peer:
            webhook = register(api, peer.url, "contact.created").json
            create_contact(api)
            cloud.drain()
            (delivery,) = deliveries(cloud, webhook["id"])
            for _ in range(5):
                cloud.queue("WebhookDeliveriesQueue").send(json.dumps(_order(delivery)))
            cloud.run(hours=1)

        assert len(received(peer)) == len(attempts(cloud, webhook["id"])) == 5

    def test_an_order_is_left_to_the_worker_that_is_at_it(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        webhook = register(api, endpoint.url, "contact.created").json
        create_contact(api)
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        (first,) = deliveries(cloud, webhook["id"])
        _begin(cloud, api.workspace().id, first)

        cloud.drain()
        meanwhile = received(endpoint)
        cloud.clock.advance(minutes=2)
        cloud.invoke("webhooks_sweep", {})
        cloud.run(hours=1)

        assert (meanwhile, len(received(endpoint))) == ([], 1)


class TestCrashes:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_loses_nothing_wherever_the_way_is_cut(
        self, api: Api, cloud: Cloud, when: When
    ) -> None:
        with (
            receiver(in_turn(itertools.cycle([FAILING, answering()]))) as one,
            receiver(in_turn(itertools.cycle([FAILING, answering()]))) as two,
        ):
            webhooks = [register(api, peer.url, "contact.created").json for peer in (one, two)]
            contacts = []
            for call in range(1, 100):
                contacts.append(create_contact(api, f"contact{call}"))
                with cloud.wire.crash_at(call, when) as died:
                    cloud.run(hours=1)
                cloud.run(hours=1)
                if not died():
                    break

            got = [
                {payload["data"]["contact_id"] for payload in received(peer)} for peer in (one, two)
            ]

        assert call > 20
        assert got == [set(contacts)] * 2
        events = api.get("/v1/events?limit=200").json["data"]
        created = [event for event in events if event["event"] == "contact.created"]
        assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
        assert [event["data"]["contact_id"] for event in created] == contacts
        for webhook in webhooks:
            made = deliveries(cloud, webhook["id"])
            assert [each["state"] for each in made] == ["delivered"] * len(contacts)
            logged = len(attempts(cloud, webhook["id"]))
            assert logged == sum(each["attempts"] for each in made) > len(contacts)
        for name in ("WebhookFanoutDeadLetters", "WebhookDeliveriesDeadLetters"):
            assert cloud.queue(name).messages == []


def in_turn(scripts: Iterable[Script]) -> Script:
    """One after another, a request each."""
    following = iter(scripts)

    def script(peer: Peer) -> None:
        next(following)(peer)

    return script


def _order(delivery: dict[str, Any]) -> dict[str, Any]:
    workspace, _, webhook_id = delivery["pk"].partition("#")
    return {
        "kind": "attempt",
        "workspace": workspace,
        "webhook_id": webhook_id,
        "delivery_id": delivery["id"],
    }


def _begin(cloud: Cloud, workspace: str, delivery: dict[str, Any]) -> None:
    """As if a worker had just begun with an attempt."""
    key = f"{delivery['webhook_id']}#gate"
    (gate,) = [each for each in cloud.items("webhooks", workspace) if each["sk"] == key]
    gate["in_flight"][delivery["id"]] = to_epoch_ms(cloud.clock.now + LEASE) - 1
    _client(cloud).put_item(TableName=_table(cloud), Item=encode_item(gate))


def _disable(cloud: Cloud, workspace: str, webhook_id: str) -> None:
    (item,) = [each for each in cloud.items("webhooks", workspace) if each["sk"] == webhook_id]
    item["status"] = "disabled"
    _client(cloud).put_item(TableName=_table(cloud), Item=encode_item(item))


def _remove(cloud: Cloud, workspace: str, webhook_id: str) -> None:
    key = encode_item({"pk": workspace, "sk": webhook_id})
    _client(cloud).delete_item(TableName=_table(cloud), Key=key)


def _client(cloud: Cloud) -> Any:
    return cloud.stack.session.create_client("dynamodb")


def _table(cloud: Cloud) -> str:
    return cloud.stack.data["WebhooksTableName"]
