"""Deletion of a stack: its data stays until somebody asks for its deletion too."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from moto.kms.models import kms_backends

from tests.harness.cloud import Cloud
from tests.harness.stack import ACCOUNT, REGION
from tools import templates
from tools.delete import BUCKET, KEY, TABLE, Deletion, NotConfirmed
from tools.deployments import Deployment
from tools.restoring.tables import ALL

pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS")


@pytest.fixture
def deletion(cloud: Cloud) -> Iterator[Deletion]:
    """Of a stack with tables, a bucket with a file, and a key."""
    name = f"leaving-{uuid4().hex[:8]}"
    session = cloud.stack.session
    body = (templates.REPOSITORY / "infra" / "data.yaml").read_text(encoding="utf-8")
    formation = session.create_client("cloudformation")
    formation.create_stack(StackName=name, TemplateBody=body)
    made = Deletion(Deployment(name, session))
    kept = made.kept()
    (bucket,) = [name for kind, name in kept if kind == BUCKET]
    session.create_client("s3").put_object(Bucket=bucket, Key="imports/a", Body=b"email\n")
    yield made
    for kind, name in kept:
        made._delete(kind, name)


def there(deletion: Deletion, kept: list[tuple[str, str]]) -> set[str]:
    """The kinds of those that still exist."""
    client: Any = deletion.deployment.client
    tables = client("dynamodb").list_tables()["TableNames"]
    buckets = [each["Name"] for each in client("s3").list_buckets()["Buckets"]]
    found = kms_backends[ACCOUNT][REGION].keys  # moto describes no key with a policy
    keys = [id_ for id_, key in found.items() if key.key_state == "Enabled"]
    return {kind for kind, name in kept if name in [*tables, *buckets, *keys]}


class _Failed:
    """Deployment whose stacks have these resources."""

    def __init__(self, name: str, resources: dict[str, list[dict[str, str]]]) -> None:
        self.name, self.resources = name, resources

    def client(self, _service: str) -> Any:
        return self

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, **stack: str) -> list[dict[str, Any]]:
        return [{"StackResourceSummaries": self.resources[stack["StackName"]]}]

    def describe_stacks(self, **_stack: str) -> dict[str, Any]:
        return {"Stacks": [{}]}


class TestDelete:
    def test_keeps_the_data(self, deletion: Deletion) -> None:
        kept = deletion.kept()
        assert len([name for kind, name in kept if kind == TABLE]) == len(ALL)

        assert deletion.delete(deletion.deployment.name, data=False) == kept

        assert there(deletion, kept) == {TABLE, BUCKET, KEY}

    def test_deletes_the_data_on_demand(self, deletion: Deletion) -> None:
        kept = deletion.kept()

        assert deletion.delete(deletion.deployment.name, data=True) == []

        assert there(deletion, kept) == set()

    def test_finds_what_a_failed_deployment_left(self) -> None:
        """A nested stack that was never begun has no name."""
        begun = {"ResourceType": "AWS::CloudFormation::Stack", "PhysicalResourceId": "data"}
        resources = {
            "outrider": [begun, {"ResourceType": "AWS::CloudFormation::Stack"}],
            "data": [{"ResourceType": TABLE, "PhysicalResourceId": "keys"}, {"ResourceType": KEY}],
        }
        failed: Any = _Failed("outrider", resources)

        assert Deletion(failed).kept() == [(TABLE, "keys")]

    def test_wants_the_name_again(self, deletion: Deletion) -> None:
        with pytest.raises(NotConfirmed):
            deletion.delete("outrider", data=True)

        assert there(deletion, deletion.kept()) == {TABLE, BUCKET, KEY}
