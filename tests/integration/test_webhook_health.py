"""What an endpoint's answers do to it: the breaker, its probes, pauses it asks for, and its end."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from outrider.kit.clock import from_text, to_text
from outrider.webhooks.endpoints import breaker
from outrider.webhooks.endpoints.endpoint_state import LEASE
from outrider.webhooks.models import EndpointState
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import moods
from tests.integration.endpoints import FAILING, OK, attempts, create_contact, deliveries
from tests.integration.moods import Moods, attempt, gate, happen, put, run_with_sweeps
from tests.receivers import Peer, Script, answering

on_this_machine, endpoint, webhook = moods.on_this_machine, moods.endpoint, moods.webhook


class TestBreaker:
    def test_opens_after_five_failures_and_then_only_probes_go_out(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 8)

        cloud.run(hours=2)

        log = attempts(cloud, webhook)
        kinds = [row["kind"] for row in sorted(log, key=lambda row: str(row["at"]))]
        assert kinds[:5] == ["scheduled"] * 5
        assert set(kinds[5:]) == {"probe"}
        assert 12 <= len(kinds[5:]) <= 18
        assert sum(each["tries"] for each in deliveries(cloud, webhook)) == 5
        assert len(endpoint.gets) == len(log) == gate(cloud, webhook)["failures"]
        assert gate(cloud, webhook)["in_flight"] == {}

    def test_probes_take_turns(self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 6)
        cloud.run(hours=2)

        counts = Counter(
            row["event_id"] for row in attempts(cloud, webhook) if row["kind"] == "probe"
        )
        assert len(counts) == 6
        assert max(counts.values()) - min(counts.values()) <= 1

    def test_the_first_success_brings_all_that_waited(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 40)
        cloud.run(hours=3)
        down = cloud.clock.now
        endpoint.script = OK

        cloud.run(hours=0.25)

        rows = attempts(cloud, webhook)
        after = [row for row in rows if from_text(row["at"]) >= down]
        assert {each["state"] for each in deliveries(cloud, webhook)} == {"delivered"}
        assert len(after) == 40
        assert Counter(row["kind"] for row in after) == {"scheduled": 39, "probe": 1}
        seconds = Counter(row["at"][:19] for row in after if row["kind"] == "scheduled")
        assert max(seconds.values()) <= 10
        assert gate(cloud, webhook)["failures"] == 0
        assert "pump_until" not in gate(cloud, webhook)

    def test_what_is_parked_costs_one_read(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 5)
        job = {
            "kind": "attempt",
            "workspace": api.workspace().id,
            "webhook_id": webhook,
            "delivery_id": deliveries(cloud, webhook)[0]["id"],
        }
        queue = cloud.queue("WebhookDeliveriesQueue")
        cloud.clock.advance(seconds=50)
        queue.messages.clear()
        queue.send(str(job).replace("'", '"'))

        with cloud.wire.recording() as calls:
            cloud.drain()

        assert [str(call) for call in calls] == ["dynamodb BatchGetItem"]
        assert queue.messages == []

    def test_a_probe_is_not_lost_to_a_clock_that_is_behind(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 5)
        due = breaker.probe_at(EndpointState.model_validate(gate(cloud, webhook)), webhook)
        assert due
        queue = cloud.queue("WebhookDeliveriesQueue")
        queue.messages.clear()
        cloud.clock.set(due - timedelta(milliseconds=300))
        workspace = api.workspace().id
        queue.send(json.dumps({"kind": "probe", "workspace": workspace, "webhook_id": webhook}))

        cloud.drain()
        before = len(endpoint.gets)
        cloud.run(hours=1 / 3600)

        assert (before, len(endpoint.gets)) == (5, 6)

    def test_new_events_are_not_queued_while_it_is_open(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 5)
        before = len(cloud.queue("WebhookDeliveriesQueue").messages)

        happen(api, cloud, 3)

        assert len(deliveries(cloud, webhook)) == 8
        assert len(cloud.queue("WebhookDeliveriesQueue").messages) == before


class TestRetryAfter:
    def test_holds_the_whole_endpoint(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = answering("503 Busy", headers="Retry-After: 7200\r\n")
        happen(api, cloud, 1)
        asked = cloud.clock.now
        endpoint.script = OK

        happen(api, cloud, 3, minutes=5)
        run_with_sweeps(cloud, minutes=102)
        meanwhile = len(endpoint.gets)
        run_with_sweeps(cloud, minutes=12)

        log = attempts(cloud, webhook)
        assert meanwhile == 1
        assert {each["state"] for each in deliveries(cloud, webhook)} == {"delivered"}
        assert all(
            from_text(row["at"]) >= asked + timedelta(hours=2)
            for row in log
            if row["status_code"] == 200
        )
        assert sum(each["tries"] for each in deliveries(cloud, webhook)) == 5

    def test_ends_though_a_clock_is_behind(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = answering("503 Busy", headers="Retry-After: 60\r\n")
        happen(api, cloud, 1)
        queue = cloud.queue("WebhookDeliveriesQueue")
        queue.messages.clear()
        endpoint.script = OK
        cloud.clock.advance(seconds=59.7)
        workspace = api.workspace().id
        queue.send(json.dumps({"kind": "pump", "workspace": workspace, "webhook_id": webhook}))

        cloud.drain()
        before = len(endpoint.gets)
        cloud.run(hours=0.01)

        assert (before, len(endpoint.gets)) == (1, 2)

    def test_of_two_the_later_holds(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        waits = iter(["3600", "60"])

        def busy(peer: Peer) -> None:
            answering("429 Slow down", headers=f"Retry-After: {next(waits)}\r\n")(peer)

        endpoint.script = busy
        create_contact(api, "ada")
        create_contact(api, "bob")
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        first, second = deliveries(cloud, webhook)
        with cloud.wire.once_after("UpdateItem", lambda: attempt(cloud, api, second)):
            attempt(cloud, api, first)

        until = from_text(gate(cloud, webhook)["not_before"])
        assert until == cloud.clock.now + timedelta(hours=1)

    def test_ends_with_a_probe_when_the_breaker_opens_meanwhile(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = answering("503 Busy", headers="Retry-After: 3600\r\n")
        create_contact(api, "ada")
        create_contact(api, "bob")
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        cloud.queue("WebhookDeliveriesQueue").messages.clear()
        put(cloud, gate(cloud, webhook) | {"failures": 3})
        first, second = deliveries(cloud, webhook)
        with cloud.wire.once_after("UpdateItem", lambda: attempt(cloud, api, second)):
            attempt(cloud, api, first)
        endpoint.script = OK

        run_with_sweeps(cloud, minutes=66)

        assert {each["state"] for each in deliveries(cloud, webhook)} == {"delivered"}

    def test_holds_the_probe_that_looked_a_moment_before(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 5)
        open_gate = gate(cloud, webhook)
        until = to_text(cloud.clock.now + timedelta(hours=1))
        before = len(endpoint.gets)

        with cloud.wire.once_after("Query", lambda: put(cloud, open_gate | {"not_before": until})):
            cloud.run(hours=0.1)

        assert len(endpoint.gets) == before


class TestDisabled:
    @pytest.mark.parametrize(
        "said",
        [
            (answering("410 Gone", b""), "gone", "pending"),
            (answering("500 Oops", headers="webhook-delivery: disable\r\n"), "asked", "pending"),
            (answering("200 OK", headers="webhook-delivery: disable\r\n"), "asked", "delivered"),
        ],
    )
    def test_at_once_when_it_says_so(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str, said: tuple[Script, str, str]
    ) -> None:
        endpoint.script, reason, state = said
        version = api.get(f"/v1/webhooks/{webhook}").json["version"]
        happen(api, cloud, 1)
        happen(api, cloud, 1, minutes=60)

        shown = api.get(f"/v1/webhooks/{webhook}").json
        told_of = [
            each for each in api.get("/v1/events").json["data"] if "webhook" in each["event"]
        ]
        assert (shown["status"], shown["disabled_reason"]) == ("disabled", reason)
        assert shown["version"] == version + 1
        assert [each["state"] for each in deliveries(cloud, webhook)] == [state]
        assert len(endpoint.gets) == 1
        assert [(each["event"], each["data"]) for each in told_of] == [
            ("webhook.disabled", {"webhook_id": webhook, "reason": reason})
        ]

    @pytest.mark.parametrize("told", [(4.9, "enabled", None), (5, "disabled", "failing")])
    def test_after_five_days_without_a_success(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str, told: Any
    ) -> None:
        days, *shown = told
        endpoint.script = FAILING
        happen(api, cloud, 5)
        began = to_text(cloud.clock.now - timedelta(days=days))
        put(cloud, gate(cloud, webhook) | {"failing_since": began})

        cloud.run(hours=0.03)

        found = api.get(f"/v1/webhooks/{webhook}").json
        assert [found["status"], found["disabled_reason"]] == shown

    def test_one_message_that_is_refused_by_name_fails_and_nothing_else(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = answering("422 No", headers="webhook-delivery: abort-message\r\n")
        happen(api, cloud, 6, minutes=60)

        assert [each["state"] for each in deliveries(cloud, webhook)] == ["failed"] * 6
        assert len(endpoint.gets) == 6
        assert api.get(f"/v1/webhooks/{webhook}").json["status"] == "enabled"


class TestAtOnce:
    def test_ten_requests_are_under_way_at_most(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        """Others hold all places: this one looks again for some seconds, then waits for the pump,
        and comes when they have gone."""
        create_contact(api)
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        _others_are_at_it(cloud, webhook, 10)

        cloud.run(hours=10 / 3_600)
        meanwhile = (len(endpoint.gets), "pump_until" in gate(cloud, webhook))
        cloud.run(hours=0.1)

        assert meanwhile == (0, True)
        assert len(endpoint.gets) == 1
        assert gate(cloud, webhook)["in_flight"] == {}

    def test_the_next_of_a_burst_come_as_soon_as_there_is_a_place(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        create_contact(api)
        cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))
        _others_are_at_it(cloud, webhook, 10)
        cloud.drain()
        _others_are_at_it(cloud, webhook, 0)

        cloud.run(hours=2 / 3_600)

        assert len(endpoint.gets) == 1
        assert "pump_until" not in gate(cloud, webhook)

    def test_nine_leave_room_for_one(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        create_contact(api)
        _others_are_at_it(cloud, webhook, 9)

        cloud.drain()

        assert len(endpoint.gets) == 1


class TestFairness:
    def test_each_order_says_whose_it_is(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        """By that the queue keeps one workspace's backlog from making another's wait."""
        with cloud.wire.recording() as calls:
            endpoint.script = FAILING
            happen(api, cloud, 6)
            cloud.run(hours=0.5)
            endpoint.script = OK
            cloud.run(hours=0.5)
            delivered = deliveries(cloud, webhook)[0]["id"]
            api.post(f"/v1/webhooks/deliveries/{delivered}/redeliver")
            cloud.invoke("webhooks_sweep", {})

        url = cloud.queue("WebhookDeliveriesQueue").url
        orders = [
            entry
            for call in calls
            if call.operation == "SendMessageBatch" and call.params["QueueUrl"] == url
            for entry in call.params["Entries"]
        ]
        kinds = {json.loads(order["MessageBody"])["kind"] for order in orders}
        assert kinds == {"attempt", "probe", "pump"}
        assert {order.get("MessageGroupId") for order in orders} == {api.workspace().id}


def _others_are_at_it(cloud: Cloud, webhook: str, number: int) -> None:
    item = gate(cloud, webhook)
    end = cloud.clock.ms + int(LEASE.total_seconds() * 1000)
    put(cloud, item | {"in_flight": {f"dlv_other{each}": end for each in range(number)}})


class TestSweep:
    def test_probes_an_open_endpoint_whose_probe_was_lost(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 7)
        cloud.queue("WebhookDeliveriesQueue").messages.clear()
        endpoint.script = OK
        cloud.clock.advance(minutes=4)

        cloud.invoke("webhooks_sweep", {})
        cloud.run(hours=0.25)

        assert {each["state"] for each in deliveries(cloud, webhook)} == {"delivered"}

    def test_drops_what_waits_for_a_webhook_that_is_gone(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = FAILING
        happen(api, cloud, 3)
        api.delete(f"/v1/webhooks/{webhook}")
        cloud.clock.advance(minutes=30)

        swept = cloud.invoke("webhooks_sweep", {})

        assert swept == {"swept": 1}
        assert deliveries(cloud, webhook) == []

    def test_leaves_alone_what_is_disabled_or_has_time(
        self, api: Api, cloud: Cloud, endpoint: Moods, webhook: str
    ) -> None:
        endpoint.script = answering("410 Gone")
        happen(api, cloud, 1)
        cloud.clock.advance(minutes=30)
        cloud.queue("WebhookDeliveriesQueue").messages.clear()

        cloud.invoke("webhooks_sweep", {})

        assert cloud.queue("WebhookDeliveriesQueue").messages == []
