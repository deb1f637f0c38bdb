"""What happens at an endpoint while an attempt is under way, and answers of AWS that are lost."""

from datetime import timedelta
from typing import Any

import pytest

from outrider.kit.clock import to_text
from outrider.webhooks.endpoints.endpoint_state import LEASE
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import moods
from tests.integration.endpoints import FAILING, OK, attempts, create_contact, deliveries
from tests.integration.moods import Moods, attempt, gate, put
from tests.receivers import Peer, Script, answering

on_this_machine, endpoint, webhook = moods.on_this_machine, moods.endpoint, moods.webhook
ENABLED = {"status": "enabled"}
MOVED = {"url": "http://127.0.0.1:9/"}


class TestUnderWay:
    @pytest.mark.parametrize(
        "met",
        [
            (FAILING, ENABLED),
            (answering("503 Busy", headers="Retry-After: 7200\r\n"), ENABLED),
            (answering("410 Gone"), MOVED),
            (answering("500 Oops", headers="webhook-delivery: disable\r\n"), MOVED),
        ],
    )
    def test_what_was_when_it_was_enabled_or_moved_says_nothing_of_it(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str, met: Any
    ) -> None:
        endpoint.script, change = met
        create_contact(api)
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        long_ago = to_text(cloud.clock.now - timedelta(days=6))
        failing = {"failures": 3, "failing_since": long_ago, "last_failure_at": long_ago}
        put(cloud, gate(cloud, webhook) | failing)
        (delivery,) = deliveries(cloud, webhook)

        with cloud.wire.once_after(
            "UpdateItem", lambda: api.patch(f"/v1/webhooks/{webhook}", change)
        ):
            attempt(cloud, api, delivery)

        shown = api.get(f"/v1/webhooks/{webhook}").json
        (row,) = attempts(cloud, webhook)
        assert (shown["status"], shown["health"]["status"]) == ("enabled", "healthy")
        assert shown["health"]["in_flight"] == 0
        assert row["kind"] == "scheduled"
        assert "webhook.disabled" not in {
            each["event"] for each in api.get("/v1/events").json["data"]
        }

    def test_two_that_are_told_it_is_gone_disable_it_once(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = answering("410 Gone")
        create_contact(api, "ada")
        create_contact(api, "bob")
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        version = api.get(f"/v1/webhooks/{webhook}").json["version"]
        first, second = deliveries(cloud, webhook)

        with cloud.wire.once_after("UpdateItem", lambda: attempt(cloud, api, second)):
            attempt(cloud, api, first)
        cloud.drain()

        told = [each["event"] for each in api.get("/v1/events").json["data"]]
        assert len(attempts(cloud, webhook)) == 2
        assert told.count("webhook.disabled") == 1
        assert api.get(f"/v1/webhooks/{webhook}").json["version"] == version + 1

    def test_a_success_meanwhile_keeps_it_enabled(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        """Two were under way after five days of failures: the first to end was taken."""
        answers = iter([OK, FAILING])

        def in_turn(peer: Peer) -> None:
            next(answers)(peer)

        endpoint.script = in_turn
        create_contact(api, "ada")
        create_contact(api, "bob")
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        put(
            cloud,
            gate(cloud, webhook)
            | {"failures": 3, "failing_since": to_text(cloud.clock.now - timedelta(days=6))},
        )
        first, second = deliveries(cloud, webhook)

        with cloud.wire.once_after("UpdateItem", lambda: attempt(cloud, api, second)):
            attempt(cloud, api, first)

        shown = api.get(f"/v1/webhooks/{webhook}").json
        assert (shown["status"], shown["health"]["failures_in_a_row"]) == ("enabled", 1)


class TestStalled:
    @pytest.mark.parametrize("answered", [(OK, FAILING), (FAILING, OK)])
    def test_a_worker_that_was_overtaken_logs_its_request(
        self,
        api: Api,
        cloud: Cloud,
        endpoint: Moods,
        webhook: str,
        answered: tuple[Script, Script],
    ) -> None:
        """It stood still for longer than its place was kept for it."""
        answers = iter(answered)

        def in_turn(peer: Peer) -> None:
            next(answers)(peer)

        endpoint.script = in_turn
        create_contact(api)
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        (delivery,) = deliveries(cloud, webhook)

        def overtake() -> None:
            cloud.clock.advance(seconds=LEASE.total_seconds() + 1)
            attempt(cloud, api, delivery)

        with cloud.wire.once_after("UpdateItem", overtake):
            attempt(cloud, api, delivery)

        (after,) = deliveries(cloud, webhook)
        codes = [200 if each is OK else 500 for each in answered]
        assert len(endpoint.gets) == 2
        assert (after["state"], after["attempts"], after["tries"]) == ("delivered", 2, 1)
        assert [row["status_code"] for row in attempts(cloud, webhook)] == codes
        assert gate(cloud, webhook)["in_flight"] == {}
        assert gate(cloud, webhook)["failures"] == codes.index(200)


class TestLostAnswers:
    @pytest.mark.parametrize("skip", [0, 1])
    def test_of_the_gate_keep_nothing_from_its_endpoint(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str, skip: int
    ) -> None:
        """The gate is written before the request, and behind it."""
        answers = iter([FAILING, OK])

        def in_turn(peer: Peer) -> None:
            next(answers)(peer)

        endpoint.script = in_turn
        create_contact(api)
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        cloud.skip()

        with cloud.wire.lose("UpdateItem", skip=skip):
            cloud.drain()
        cloud.run(hours=0.01)

        assert [row["status_code"] for row in attempts(cloud, webhook)] == [500, 200]
        assert gate(cloud, webhook)["in_flight"] == {}
