"""Events of a time, delivered to an endpoint once more."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from outrider.kit.aws import sqs
from outrider.kit.clock import from_text
from outrider.webhooks.replays import worker
from tests.engine.invariants import Books
from tests.engine.sweep import Deliver, Scenario, sweep
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import (
    FAILING,
    attempts,
    create_contact,
    deliveries,
    received,
    register,
)
from tests.integration.test_webhook_changes import signed_by
from tests.receivers import Receiver, answering, receiver

on_this_machine, endpoint = endpoints.on_this_machine, endpoints.endpoint


def replay(api: Api, webhook_id: str, **body: Any) -> dict[str, Any]:
    answer = api.post(f"/v1/webhooks/{webhook_id}/replay", body)
    assert answer.status == 202, answer.text
    made: dict[str, Any] = answer.json
    return made


def now(api: Api, replayed: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/webhooks/{replayed['webhook_id']}/replays/{replayed['id']}"
    shown: dict[str, Any] = api.get(path).json
    return shown


def contacts_at(api: Api, cloud: Cloud, *names: str) -> list[dict[str, Any]]:
    """One every minute; gives their events."""
    for name in names:
        create_contact(api, name)
        cloud.drain()
        cloud.clock.advance(minutes=1)
    found: list[dict[str, Any]] = api.get("/v1/events?type=contact.created").json["data"]
    return found


class TestOfTheFeed:
    @pytest.mark.parametrize("turn_ms", [0, sqs.TURN_MS])
    def test_brings_what_was_missed_and_nothing_outside(
        self,
        api: Api,
        cloud: Cloud,
        endpoint: Receiver,
        monkeypatch: pytest.MonkeyPatch,
        *,
        turn_ms: int,
    ) -> None:
        """In one call, or in one for each page."""
        monkeypatch.setattr(sqs, "TURN_MS", turn_ms)
        monkeypatch.setattr(worker, "PAGE", 2)
        events = contacts_at(api, cloud, "ada", "bob", "eve", "kim", "zoe")
        webhook = register(api, endpoint.url, "contact.*").json
        api.patch(f"/v1/contacts/{events[1]['data']['contact_id']}", {"title": "CTO"})
        cloud.drain()
        before = received(endpoint)

        asked = replay(
            api,
            webhook["id"],
            since=events[1]["recorded_at"],
            until=events[4]["recorded_at"],
            events=["contact.created"],
        )
        cloud.run(hours=0.1)

        brought = [each["id"] for each in received(endpoint)[len(before) :]]
        shown = now(api, asked)
        assert sorted(brought) == sorted(event["id"] for event in events[1:4])
        assert (asked["status"], shown["status"]) == ("running", "completed")
        assert (shown["looked_at"], shown["matched"]) == (3, 3)
        assert shown["reached"] == events[3]["recorded_at"]
        kinds = Counter(each["kind"] for each in attempts(cloud, webhook["id"]))
        assert kinds == {"scheduled": 1, "replay": 3}

    def test_delivers_again_what_was_delivered_signed_with_todays_secret(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        webhook = register(api, endpoint.url, "contact.created").json
        (event,) = contacts_at(api, cloud, "ada")
        secret = api.post(f"/v1/webhooks/{webhook['id']}/rotate-secret").json["secret"]
        cloud.clock.advance(days=2)

        replay(api, webhook["id"], since=event["recorded_at"])
        cloud.run(hours=0.1)

        first, again = endpoint.requests[1:]
        assert [each["id"] for each in received(endpoint)] == [event["id"]] * 2
        assert first.partition(b"\r\n\r\n")[2] == again.partition(b"\r\n\r\n")[2]
        assert signed_by(first, webhook["secret"], secret) == [True, False]
        assert signed_by(again, webhook["secret"], secret) == [False, True]
        (delivery,) = deliveries(cloud, webhook["id"])
        assert (delivery["state"], delivery["attempts"]) == ("delivered", 2)

    def test_goes_out_no_faster_than_ten_a_second(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        rows = [{"email": f"contact{number}@example.com"} for number in range(40)]
        api.post("/v1/contacts", {"contacts": rows})
        cloud.drain()
        webhook = register(api, endpoint.url, "contact.created").json

        asked = replay(api, webhook["id"], since="2026-03-01T00:00:00Z")
        cloud.run(hours=0.1)

        made = sorted(from_text(each["at"]) for each in attempts(cloud, webhook["id"]))
        windows = zip(made, made[10:], strict=False)
        assert now(api, asked)["matched"] == len({each["id"] for each in received(endpoint)}) == 40
        assert all(later - first >= timedelta(seconds=0.9) for first, later in windows)

    def test_leaves_the_health_of_its_endpoint_alone(self, api: Api, cloud: Cloud) -> None:
        with receiver(FAILING) as peer:
            (event,) = contacts_at(api, cloud, "ada")
            webhook = register(api, peer.url, "contact.created").json
            path = f"/v1/webhooks/{webhook['id']}"
            before = api.get(path).json["health"]

            replay(api, webhook["id"], since=event["recorded_at"])
            cloud.run(hours=0.02)

        assert len(attempts(cloud, webhook["id"])) > 1
        assert api.get(path).json["health"] == before

    def test_hastens_what_is_pending_and_keeps_its_place_in_the_schedule(
        self, api: Api, cloud: Cloud
    ) -> None:
        with receiver(FAILING) as peer:
            webhook = register(api, peer.url, "contact.created").json
            (event,) = contacts_at(api, cloud, "ada")
            cloud.run(hours=0.02)
            (before,) = deliveries(cloud, webhook["id"])

            replay(api, webhook["id"], since=event["recorded_at"])
            cloud.run(hours=0.01)

        (after,) = deliveries(cloud, webhook["id"])
        assert (before["tries"], after["tries"], after["kind"]) == (3, 4, "scheduled")
        assert len(attempts(cloud, webhook["id"])) == after["attempts"] == 4

    def test_once_is_enough_of_the_same_message(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        (event,) = contacts_at(api, cloud, "ada")
        webhook = register(api, endpoint.url, "contact.created").json
        asked = replay(api, webhook["id"], since=event["recorded_at"])
        job = {
            "workspace": api.workspace().id,
            "webhook_id": webhook["id"],
            "replay_id": asked["id"],
        }
        for _ in range(3):
            cloud.queue("WebhookReplaysQueue").send(json.dumps(job))

        cloud.run(hours=0.1)

        assert len(received(endpoint)) == 1
        assert now(api, asked)["matched"] == 1


class TestOfTheLog:
    def test_brings_what_failed_in_that_time(
        self, api: Api, cloud: Cloud, endpoint: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "PAGE", 3)
        aborting = answering("500 Oops", b"", "webhook-delivery: abort-message\r\n")
        with receiver(aborting) as peer:
            webhook = register(api, peer.url, "contact.created").json
            events = contacts_at(api, cloud, "ada", "bob", "eve")
        path = f"/v1/webhooks/{webhook['id']}"
        api.patch(path, {"url": endpoint.url})
        contacts_at(api, cloud, "kim")

        asked = replay(api, webhook["id"], since=events[1]["recorded_at"], status="failed")
        cloud.run(hours=0.1)

        kim, *again = [each["data"]["contact_id"] for each in received(endpoint)]
        assert sorted(again) == sorted(event["data"]["contact_id"] for event in events[1:])
        assert kim not in again
        assert (now(api, asked)["matched"], now(api, asked)["status"]) == (2, "completed")

    def test_brings_only_what_the_webhook_still_asks_for(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        webhook = register(api, endpoint.url, "contact.created", "contact.deleted").json
        contacts_at(api, cloud, "ada")
        api.delete(f"/v1/contacts/{received(endpoint)[-1]['data']['contact_id']}")
        cloud.drain()
        api.patch(f"/v1/webhooks/{webhook['id']}", {"events": ["contact.deleted"]})

        asked = [
            replay(api, webhook["id"], since="2026-03-01T00:00:00Z", **how)
            for how in ({"status": "delivered"}, {"events": ["contact.created"]}, {})
        ]
        cloud.run(hours=0.1)

        assert [now(api, each)["matched"] for each in asked] == [1, 0, 1]
        again = [event["event"] for event in received(endpoint)[2:]]
        assert set(again) == {"contact.deleted"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({}, "/since"),
            ({"since": "2026-03-01"}, "/since"),
            ({"since": "2027-01-01T00:00:00Z"}, "/since"),
            ({"since": "2026-03-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}, "/since /until"),
            ({"since": "2026-03-01T00:00:00Z", "events": ["contact.exploded"]}, "/events"),
            ({"since": "2026-03-01T00:00:00Z", "status": "lost"}, "/status"),
        ],
    )
    def test_name_what_is_wrong(
        self, api: Api, endpoint: Receiver, body: dict[str, Any], wrong: str
    ) -> None:
        webhook = register(api, endpoint.url).json

        answer = api.post(f"/v1/webhooks/{webhook['id']}/replay", body)

        assert (answer.status, answer.json["code"]) == (422, "VALIDATION_ERROR")
        assert [error["pointer"] for error in answer.json["errors"]] == wrong.split()

    def test_tell_how_a_disabled_endpoint_gets_one(self, api: Api, endpoint: Receiver) -> None:
        webhook = register(api, endpoint.url).json
        api.patch(f"/v1/webhooks/{webhook['id']}", {"status": "disabled"})

        body = {"since": "2026-03-01T00:00:00Z"}
        answer = api.post(f"/v1/webhooks/{webhook['id']}/replay", body)

        assert (answer.status, answer.json["code"]) == (409, "CONFLICT")
        assert f"/v1/webhooks/{webhook['id']}/enable" in answer.json["detail"]


class TestSweep:
    def test_goes_on_with_one_whose_message_was_given_up(
        self, api: Api, cloud: Cloud, endpoint: Receiver
    ) -> None:
        (event,) = contacts_at(api, cloud, "ada")
        webhook = register(api, endpoint.url, "contact.created").json
        asked = replay(api, webhook["id"], since=event["recorded_at"])
        given_up = cloud.queue("WebhookReplaysQueue")
        cloud.take("WebhookReplaysQueue")
        given_up.messages.clear()
        cloud.clock.advance(minutes=59)
        cloud.invoke("webhooks_sweep", {})
        assert given_up.messages == []

        cloud.clock.advance(minutes=2)
        for _ in range(2):
            cloud.invoke("webhooks_sweep", {})
        assert len(given_up.messages) == 1
        cloud.run(hours=0.1)
        cloud.clock.advance(hours=2)
        cloud.invoke("webhooks_sweep", {})

        assert (now(api, asked)["status"], now(api, asked)["matched"]) == ("completed", 1)
        assert given_up.messages == []
        assert len(received(endpoint)) == 1


class TestCrashes:
    def test_lose_nothing_and_bring_nothing_else(
        self, cloud: Cloud, endpoint: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "PAGE", 1)

        def build(cloud: Cloud) -> Deliver:
            events = contacts_at(cloud.api, cloud, "ada", "bob", "eve", "kim")
            webhook = register(cloud.api, endpoint.url, "contact.created").json
            since, until = events[1]["recorded_at"], events[3]["recorded_at"]
            replay(cloud.api, webhook["id"], since=since, until=until)
            records = cloud.take("WebhookReplaysQueue")
            assert len(records["Records"]) == 1
            return lambda: cloud.invoke("webhooks_replay", records)

        def finished(cloud: Cloud, books: Books) -> None:
            (shown,) = cloud.api.get("/v1/webhooks").json["data"]
            feed = cloud.api.get("/v1/events?type=contact.created").json["data"]
            made = deliveries(cloud, shown["id"])
            (done,) = [each for each in cloud.items("webhooks") if each["sk"].startswith("rpl_")]
            assert (done["status"], done["matched"]) == ("completed", 2)
            assert {each["event_id"] for each in made} == {each["id"] for each in feed[1:3]}
            assert {each["state"] for each in made} == {"delivered"}
            logged = Counter(row["event_id"] for row in attempts(cloud, shown["id"]))
            assert logged == {each["event_id"]: each["attempts"] for each in made}
            assert set(logged.values()) == {1}

        assert sweep(cloud, Scenario("replay", build, finished, minutes=3, hours=0.1)) > 10
