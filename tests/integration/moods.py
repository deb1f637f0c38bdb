"""An endpoint whose mood changes, and its gate. Modules name the fixtures they take from here."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from outrider.access.models import WorkspaceId
from outrider.kit.aws.attributes import encode_item
from outrider.webhooks.models import DeliveryJob
from outrider.webhooks.wiring import deliverer
from tests.harness.api import Api
from tests.harness.cloud import Cloud
from tests.integration import endpoints
from tests.integration.endpoints import OK, create_contact, received, register
from tests.receivers import Peer, Receiver, Script, receiver

on_this_machine = endpoints.on_this_machine
_numbers = itertools.count()


class Moods:
    """An endpoint that answers as it is told; `gets` are the events it was brought."""

    def __init__(self) -> None:
        self.script: Script = OK
        self.peer: Receiver

    def __call__(self, peer: Peer) -> None:
        self.script(peer)

    @property
    def gets(self) -> list[str]:
        return [payload["id"] for payload in received(self.peer)]


@pytest.fixture
def endpoint() -> Iterator[Moods]:
    moods = Moods()
    with receiver(moods) as peer:
        moods.peer = peer
        yield moods


@pytest.fixture
def webhook(api: Api, endpoint: Moods) -> str:
    return str(register(api, endpoint.peer.url, "contact.created").json["id"])


def gate(cloud: Cloud, webhook_id: str) -> dict[str, Any]:
    (found,) = [
        item for item in cloud.items("webhooks", "wsp_") if item["sk"] == f"{webhook_id}#gate"
    ]
    return found


def happen(api: Api, cloud: Cloud, number: int, *, minutes: float = 0) -> None:
    """So many contacts are created, a few minutes apart, and delivered as far as it goes."""
    for _ in range(number):
        create_contact(api, f"contact{next(_numbers)}")
        cloud.run(hours=minutes / 60)


def run_with_sweeps(cloud: Cloud, minutes: int) -> None:
    """Let time pass with a sweep each minute, as template.yaml has it."""
    for _ in range(minutes):
        cloud.run(hours=1 / 60)
        cloud.invoke("webhooks_sweep", {})
    cloud.drain()


def attempt(cloud: Cloud, api: Api, delivery: dict[str, Any]) -> None:
    """As another worker does at this moment."""
    workspace = api.workspace().id
    job = DeliveryJob(
        workspace=workspace,
        webhook_id=delivery["webhook_id"],
        delivery_id=delivery["id"],
    )
    with cloud.environment(STAGE="local"):
        deliverer(WorkspaceId(workspace)).attempt(job)


def put(cloud: Cloud, item: dict[str, Any]) -> None:
    cloud.stack.session.create_client("dynamodb").put_item(
        TableName=cloud.stack.data["WebhooksTableName"], Item=encode_item(item)
    )
