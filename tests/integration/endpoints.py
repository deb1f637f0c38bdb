"""Builders and readers of webhooks on the harness, and an endpoint on this machine.

Modules name the fixtures they take from here."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from outrider.access.models import Caller, WorkspaceId
from outrider.events.feed.packing import bus_entries
from outrider.events.models import FeedPosition, RecordedEvent
from outrider.kit import ids
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.eventbridge import Bus
from outrider.kit.settings import settings
from outrider.webhooks.deliveries.repository import DeliveryRepository, delivery_of
from outrider.webhooks.models import AttemptOutcome, Delivery
from tests.harness import stack
from tests.harness.api import Answer, Api
from tests.harness.cloud import Cloud
from tests.harness.contract import example
from tests.receivers import Receiver, answering, receiver

OK = answering()
FAILING = answering("500 Oops", b"not now")


@pytest.fixture(autouse=True)
def on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoints of these tests are on loopback, which only the stage `local` allows."""
    monkeypatch.setitem(stack.PARAMETERS, "Stage", "local")


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    with receiver(OK) as peer:
        yield peer


def register(api: Api, url: str, *events: str, **options: Any) -> Answer:
    body = {"url": url, "events": list(events or ("*",)), **options.pop("body", {})}
    return api.post("/v1/webhooks", body, **options)


def create_contact(api: Api, name: str = "ada", **options: Any) -> str:
    answer = api.post("/v1/contacts", {"email": f"{name}@example.com"}, **options)
    return str(answer.json["id"])


_SEQUENCES = count(1)


def a_delivery(api: Api, webhook_id: str, **how: Any) -> Delivery:
    """Of an event that the feed does not know; each of another."""
    workspace = WorkspaceId(api.workspace().id)
    happened = Caller.engine(workspace).event("contact.created", contact_id=ids.new("con"))
    event = RecordedEvent.of(happened, FeedPosition(next(_SEQUENCES), happened.created_at))
    delivery = delivery_of(event, webhook_id).model_copy(update=how)
    table = Table(settings().webhooks_table)
    return DeliveryRepository(table, workspace).add(delivery)


def publish(api: Api, *names: str) -> list[RecordedEvent]:
    """Events of these names that the feed does not know, as the relay puts them on the bus."""
    workspace = WorkspaceId(api.workspace().id)
    events = []
    for name in names:
        data = {key: value for key, value in example(name)["data"].items() if key != "lead_id"}
        happened = Caller.engine(workspace).event(name, **data)
        events.append(
            RecordedEvent.of(happened, FeedPosition(next(_SEQUENCES), happened.created_at))
        )
    Bus(settings().bus_name).publish(bus_entries(events))
    return events


def log_attempts(api: Api, delivery: Delivery) -> None:
    """As many as it counts; they are its log, and nothing was sent."""
    deliveries = DeliveryRepository(
        Table(settings().webhooks_table), WorkspaceId(api.workspace().id)
    )
    for number in range(1, delivery.attempts + 1):
        after = delivery.model_copy(update={"attempts": number})
        outcome = AttemptOutcome(7, status_code=500, error="http_5xx")
        deliveries.table.write(deliveries.log_action(after, outcome, "probe", delivery.created_at))


def received(peer: Receiver, *, tests: bool = False) -> list[dict[str, Any]]:
    """The payloads an endpoint got, without the test of its registration."""
    payloads = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in peer.requests]
    return [payload for payload in payloads if tests or payload["event"] != "webhook.test"]


def headers_of(request: bytes) -> dict[str, str]:
    head = request.partition(b"\r\n\r\n")[0].decode()
    return dict(line.split(": ", 1) for line in head.split("\r\n")[1:])


def deliveries(cloud: Cloud, webhook_id: str) -> list[dict[str, Any]]:
    found = rows(cloud, webhook_id)
    return [row for row in found if row["sk"].startswith("dlv_") and "#" not in row["sk"]]


def attempts(cloud: Cloud, webhook_id: str) -> list[dict[str, Any]]:
    found = [item for item in rows(cloud, webhook_id) if "#" in item["sk"]]
    return sorted(found, key=lambda row: str(row["sk"]))


def rows(cloud: Cloud, webhook_id: str) -> list[dict[str, Any]]:
    return [item for item in cloud.items("webhooks") if item["pk"].endswith(f"#{webhook_id}")]
