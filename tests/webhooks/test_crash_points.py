"""The workers on the way of an event to its endpoints die behind each of their AWS calls, and
behind each pair of calls of two deliveries, and get the same again: every event reaches every
endpoint, and the log has each request but those whose worker died before it could tell.

`tests/integration/test_webhook_attempts.py` cuts the whole way, from the relay on.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from outrider.kit import clock
from outrider.kit.aws import kms
from outrider.kit.aws.attributes import encode_item
from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.exchanges import HttpResponse
from outrider.webhooks.endpoints.breaker import OPENS_AT
from tests.engine.invariants import Books
from tests.engine.sweep import Deliver, Disturbance, Scenario, disturb, sweep
from tests.harness.cloud import Cloud
from tests.integration.endpoints import attempts, create_contact, deliveries, publish, register

URL = "https://93.184.216.34/"
JOBS = "WebhookDeliveriesQueue"
CUTS = 2
"""So many requests may have been made that nobody could record."""
Build = Callable[["Endpoints", Cloud], Deliver]


@dataclass
class Endpoints:
    """In the place of whatever is called: down until a moment, and what it was brought. Registering
    comes before anything is `begun`."""

    down_until_ms: int = 0
    answer: HttpResponse = field(default_factory=lambda: HttpResponse(500, b"oops"))
    requests: list[tuple[str, str]] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
        payload = json.loads(body)
        if payload["event"] == "webhook.test":
            return HttpResponse(200, b"")
        self.requests.append((url, payload["id"]))
        return self.answer if clock.epoch_ms() < self.down_until_ms else HttpResponse(200, b"ok")

    def fail(self, cloud: Cloud, minutes: float, answer: HttpResponse | None = None) -> None:
        self.down_until_ms = clock.to_epoch_ms(cloud.clock.now + timedelta(minutes=minutes))
        self.answer = answer or self.answer


@pytest.fixture
def endpoints(cloud: Cloud) -> Iterator[Endpoints]:
    made = Endpoints()
    cloud.kept += [(made, "requests")]
    with patch.object(Outbound, "post", lambda _, *given: made.post(*given)):
        yield made


def _fanned_out(cloud: Cloud, contacts: int) -> None:
    register(cloud.api, URL, "contact.created")
    for number in range(contacts):
        create_contact(cloud.api, f"contact{number}")
    cloud.invoke("webhooks_fanout", cloud.take("WebhookFanoutQueue"))


def _with(cloud: Cloud, worker: str, queue: str) -> Deliver:
    records = cloud.take(queue)
    assert records["Records"]
    cloud.skip()

    def deliver() -> None:
        kms.decrypted.cache_clear()  # another process has not asked KMS yet
        cloud.invoke(worker, records)

    return deliver


def _job(cloud: Cloud, kind: str) -> Deliver:
    """The worker gets this one; whatever else lies in its queue is lost."""
    cloud.queue(JOBS).messages.clear()
    (webhook,) = webhook_ids(cloud)
    job = {"kind": kind, "workspace": cloud.api.workspace().id, "webhook_id": webhook}
    cloud.queue(JOBS).send(json.dumps(job))
    return _with(cloud, "webhooks_deliver", JOBS)


def _gate(cloud: Cloud, **changes: Any) -> None:
    (gate,) = [item for item in _items(cloud) if item["sk"].endswith("#gate")]
    cloud.stack.session.create_client("dynamodb").put_item(
        TableName=cloud.stack.data["WebhooksTableName"], Item=encode_item(gate | changes)
    )


def _items(cloud: Cloud) -> list[dict[str, Any]]:
    return cloud.items("webhooks", cloud.api.workspace().id)


def webhook_ids(cloud: Cloud) -> list[str]:
    return [item["sk"] for item in _items(cloud) if item["sk"].startswith("whk_") if "url" in item]


def a_fanout(_: Endpoints, cloud: Cloud) -> Deliver:
    for number in range(2):
        register(cloud.api, f"{URL}{number}", "contact.created")
    create_contact(cloud.api)
    return _with(cloud, "webhooks_fanout", "WebhookFanoutQueue")


def a_packed_fanout(_: Endpoints, cloud: Cloud) -> Deliver:
    for number in range(2):
        register(cloud.api, f"{URL}{number}", "email.sent", "email.opened")
    publish(cloud.api, "email.sent", "email.delivered", "email.opened")
    return _with(cloud, "webhooks_fanout", "WebhookFanoutQueue")


def a_delivery(_: Endpoints, cloud: Cloud) -> Deliver:
    _fanned_out(cloud, 1)
    return _with(cloud, "webhooks_deliver", JOBS)


def a_failure(endpoints: Endpoints, cloud: Cloud) -> Deliver:
    _fanned_out(cloud, 1)
    endpoints.fail(cloud, 2)
    return _with(cloud, "webhooks_deliver", JOBS)


def a_late_failure(endpoints: Endpoints, cloud: Cloud) -> Deliver:
    """The next attempt is further away than a queue's delay."""
    _fanned_out(cloud, 1)
    endpoints.fail(cloud, 2, HttpResponse(503, b"", {"retry-after": "1000"}))
    return _with(cloud, "webhooks_deliver", JOBS)


def a_last_straw(endpoints: Endpoints, cloud: Cloud) -> Deliver:
    """The failure that opens the breaker."""
    _fanned_out(cloud, 1)
    endpoints.fail(cloud, 5)
    now = cloud.clock.now.isoformat()
    _gate(cloud, failures=OPENS_AT - 1, failing_since=now, last_failure_at=now)
    return _with(cloud, "webhooks_deliver", JOBS)


def a_probe(minutes: float) -> Build:
    """The endpoint is down for so many minutes more."""

    def build(endpoints: Endpoints, cloud: Cloud) -> Deliver:
        _fanned_out(cloud, 2)
        now = clock.timestamp()
        _gate(cloud, failures=OPENS_AT, failing_since=now, last_failure_at=now)
        cloud.clock.advance(minutes=2)
        endpoints.fail(cloud, minutes)
        return _job(cloud, "probe")

    return build


def a_pump(_: Endpoints, cloud: Cloud) -> Deliver:
    _fanned_out(cloud, 3)
    cloud.clock.advance(minutes=2)
    return _job(cloud, "pump")


def a_sweep(_: Endpoints, cloud: Cloud) -> Deliver:
    _fanned_out(cloud, 2)
    cloud.queue(JOBS).messages.clear()
    cloud.clock.advance(minutes=2)
    cloud.skip()
    return lambda: cloud.invoke("webhooks_sweep", {})


def a_farewell(endpoints: Endpoints, cloud: Cloud) -> Deliver:
    """It says 410 for an hour."""
    _fanned_out(cloud, 1)
    endpoints.fail(cloud, 60, HttpResponse(410, b""))
    return _with(cloud, "webhooks_deliver", JOBS)


def brought(events: int, webhooks: int = 1) -> Callable[[Endpoints, Cloud], None]:
    def finished(endpoints: Endpoints, cloud: Cloud) -> None:
        for _ in range(4):
            if len(set(endpoints.requests)) == events * webhooks and not _waits(cloud):
                break
            _sweep_up(cloud)
        assert len(set(endpoints.requests)) == events * webhooks
        for webhook_id in webhook_ids(cloud):
            assert {each["state"] for each in deliveries(cloud, webhook_id)} == {"delivered"}

    return finished


def gone(_: Endpoints, cloud: Cloud) -> None:
    _sweep_up(cloud)
    names = Counter(event["detail-type"] for event in cloud.bus.published)
    (webhook_id,) = webhook_ids(cloud)
    assert cloud.api.get(f"/v1/webhooks/{webhook_id}").json["disabled_reason"] == "gone"
    assert names["webhook.disabled"] == 1
    assert [each["state"] for each in deliveries(cloud, webhook_id)] == ["pending"]


def _waits(cloud: Cloud) -> bool:
    return any("by_waiting_pk" in item for item in _items(cloud))


def _sweep_up(cloud: Cloud) -> None:
    cloud.invoke("webhooks_sweep", {})
    cloud.run(hours=1 / 12)


def _log_is_true(endpoints: Endpoints, cloud: Cloud) -> None:
    logged = 0
    for webhook_id in webhook_ids(cloud):
        numbers: dict[str, list[int]] = {}
        for row in attempts(cloud, webhook_id):
            numbers.setdefault(row["sk"].partition("#")[0], []).append(row["attempt"])
        for delivery in deliveries(cloud, webhook_id):
            made = numbers.get(delivery["id"], [])
            assert made == list(range(1, delivery["attempts"] + 1))
            logged += len(made)
    assert logged <= len(endpoints.requests) <= logged + CUTS


SCENARIOS: dict[str, tuple[Build, Callable[[Endpoints, Cloud], None]]] = {
    "fanout": (a_fanout, brought(1, 2)),
    "packed_fanout": (a_packed_fanout, brought(2, 2)),
    "delivery": (a_delivery, brought(1)),
    "failure": (a_failure, brought(1)),
    "late_failure": (a_late_failure, brought(1)),
    "last_straw": (a_last_straw, brought(1)),
    "probe_answered": (a_probe(0), brought(2)),
    "probe_failed": (a_probe(4), brought(2)),
    "pump": (a_pump, brought(3)),
    "sweep": (a_sweep, brought(2)),
    "farewell": (a_farewell, gone),
}


@pytest.mark.parametrize(
    ("name", "minutes"),
    [*((name, 3.1) for name in SCENARIOS), ("delivery", 0), ("probe_answered", 0), ("pump", 0)],
)
def test_all_arrive_and_the_log_is_true(
    cloud: Cloud, endpoints: Endpoints, name: str, minutes: float
) -> None:
    assert sweep(cloud, _scenario(endpoints, name, minutes)) > 1


@pytest.mark.parametrize("name", SCENARIOS)
class TestDisturbances:
    def test_of_capacity_lose_nothing(self, cloud: Cloud, endpoints: Endpoints, name: str) -> None:
        _disturbed(cloud, endpoints, name, lambda at: cloud.wire.throttle_at(at, attempts=12))

    def test_by_transactions_lose_nothing(
        self, cloud: Cloud, endpoints: Endpoints, name: str
    ) -> None:
        _disturbed(cloud, endpoints, name, lambda at: cloud.wire.conflict(at=at, times=12))


def _disturbed(
    cloud: Cloud, endpoints: Endpoints, name: str, disturbed: Callable[[int], Disturbance]
) -> None:
    with patch("time.sleep", lambda seconds: cloud.clock.advance(seconds=seconds)):
        assert disturb(cloud, _scenario(endpoints, name, 3.1), disturbed)


def _scenario(endpoints: Endpoints, name: str, minutes: float) -> Scenario:
    build, came_out = SCENARIOS[name]

    def finished(cloud: Cloud, _: Books) -> None:
        came_out(endpoints, cloud)
        _log_is_true(endpoints, cloud)

    return Scenario(name, lambda cloud: build(endpoints, cloud), finished, minutes, hours=0.1)
