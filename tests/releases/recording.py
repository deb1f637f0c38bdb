"""Recordings of the stack of a release: what it stores and has under way, as JSON in
tests/releases/<version>.json."""

import base64
import copy
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.dynamodb.models.table import Table
from moto.kms.models import kms_backends

from tests.engine.invariants import Books
from tests.harness.api import Workspace
from tests.harness.cloud import Cloud
from tests.harness.executions import Execution
from tests.harness.mail import Mail
from tests.harness.queues import Message
from tests.harness.stack import ACCOUNT, REGION

FOLDER = Path(__file__).parent
RECORDED = sorted(FOLDER.glob("*.json"))
_BUCKET, _WEBHOOK = "bucket-of-the-recording", "https://webhook-of-the-recording.example/"
"""What names differ by, from one stack to another."""


@dataclass(frozen=True, slots=True)
class Recording:
    """`unread` are writes after those that stream readers have seen. `summary` is how everything
    ended when the release itself went on."""

    moment: str
    workspace: dict[str, str]
    tables: dict[str, list[Any]]
    unread: dict[str, list[Any]]
    queues: dict[str, list[Any]]
    events: list[Any]
    executions: list[Any]
    files: dict[str, bytes]
    encryption_key: dict[str, Any]
    mails: list[Any]
    summary: dict[str, Any]

    @classmethod
    def read(cls, path: Path, cloud: Cloud, webhook_url: str) -> "Recording":
        """Return a recording with the names of this stack."""
        text = path.read_text(encoding="utf-8").replace(_BUCKET, _bucket(cloud))
        return cls(**json.loads(text.replace(_WEBHOOK, webhook_url), object_hook=_decoded))

    def write(self, path: Path, cloud: Cloud, webhook_url: str) -> None:
        text = json.dumps(asdict(self), indent=1, sort_keys=True, default=_encoded) + "\n"
        text = text.replace(_bucket(cloud), _BUCKET).replace(webhook_url, _WEBHOOK)
        path.write_text(text, encoding="utf-8")

    def put_into(self, cloud: Cloud) -> None:
        """Let a new stack go on where the recorded one was."""
        cloud.clock.set(datetime.fromisoformat(self.moment))
        cloud.api._workspaces["acme"] = Workspace(**self.workspace)
        for found in (self.tables, self.unread):
            cloud.skip()
            for table, item in _each(found):
                _tables(cloud)[table].put_item(item)
        queues = cloud.queues()
        for name, messages in self.queues.items():
            queues[name].messages += [Message(**message) for message in messages]
        cloud.bus.pending.extend((target, event) for target, event in self.events)
        cloud.executions.all |= {each["name"]: Execution(**each) for each in self.executions}
        for key, body in self.files.items():
            _s3(cloud).put_object(Bucket=_bucket(cloud), Key=key, Body=body)
        key = copy.copy(_key(cloud))
        key.id, key.key_material = self.encryption_key["id"], self.encryption_key["material"]
        kms_backends[ACCOUNT][REGION].keys[key.id] = key
        cloud.ses.sent += [Mail(**each) for each in self.mails]


def begun(cloud: Cloud) -> dict[str, Any]:
    """Return what a recording has of everything but stream records and the end."""
    workspace, key = cloud.api.workspace(), _key(cloud)
    return {
        "moment": cloud.clock.now.isoformat(),
        "workspace": asdict(workspace),
        "tables": items(cloud),
        "queues": {
            name: [{**asdict(each), "chain": {}} for each in queue.messages]
            for name, queue in cloud.queues().items()
            if queue.messages
        },
        "events": list(cloud.bus.pending),
        "executions": [asdict(each) for each in cloud.executions.all.values()],
        "encryption_key": {"id": key.id, "material": key.key_material},
        "files": dict(_files(cloud)),
        "mails": [asdict(each) for each in cloud.mails()],
    }


def items(cloud: Cloud) -> dict[str, list[Any]]:
    """Return all items in DynamoDB's form, by table."""
    return {name: list(_stored(table)) for name, table in _tables(cloud).items()}


def written_since(cloud: Cloud, before: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the items that differ from those of `before`."""
    return {
        name: [item for item in found if item not in before[name]]
        for name, found in items(cloud).items()
    }


def summary(cloud: Cloud) -> dict[str, Any]:
    """Return how everything stands, by the ids of things."""
    workspace = cloud.api.workspace().id
    books = Books(cloud, workspace)
    states: dict[str, Any] = {
        **{each.id: each.state for each in books.messages},
        **{each.id: each.state for each in books.enrollments},
    }
    for table in ("contacts", "leads", "campaigns", "agents", "webhooks"):
        for item in cloud.items(table, workspace):
            if "status" in item and "id" in item:
                states[item["id"]] = item["status"]
    contacts = cloud.api.get("/v1/contacts?limit=100").json["data"]
    return {"states": states, "contacts": {each["email"]: each["status"] for each in contacts}}


def _each(tables: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    return ((table, item) for table, found in tables.items() for item in found)


def _tables(cloud: Cloud) -> dict[str, Table]:
    by_name = {table.name: table for table in cloud.streams.tables}
    return {
        output.removesuffix("TableName"): by_name[name]
        for output, name in cloud.stack.data.items()
        if output.endswith("TableName")
    }


def _stored(table: Table) -> Iterator[Any]:
    for _, partition in sorted(table.items.items(), key=lambda each: each[0].value):
        for _, item in sorted(partition.items(), key=lambda each: each[0].value):
            yield item.to_json()["Attributes"]


def _files(cloud: Cloud) -> Iterator[tuple[str, bytes]]:
    for each in _s3(cloud).list_objects_v2(Bucket=_bucket(cloud)).get("Contents", ()):
        body = _s3(cloud).get_object(Bucket=_bucket(cloud), Key=each["Key"])["Body"].read()
        yield each["Key"], body


def _key(cloud: Cloud) -> Any:
    """Return the stack's KMS key as moto keeps it."""
    return kms_backends[ACCOUNT][REGION].keys[cloud.stack.data["KeyId"]]


def _encoded(value: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(value).decode()}


def _decoded(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


def _bucket(cloud: Cloud) -> str:
    return cloud.stack.data["FilesBucketName"]


def _s3(cloud: Cloud) -> Any:
    return cloud.stack.session.create_client("s3")
