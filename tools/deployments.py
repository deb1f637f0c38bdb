"""A deployed stack, by its name: outputs, and calls of its functions."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

_PATIENCE = Config(read_timeout=930, retries={"mode": "standard"})
"""Longer than a function may run."""


class CommandFailed(Exception):
    """A function of the stack failed, or the operator asked for something that cannot be done."""


def run(command: Callable[[], None]) -> None:
    """Run a command of the operator. What fails is told in a line, and ends with the status 1."""
    try:
        command()
    except (CommandFailed, BotoCoreError, ClientError) as error:
        sys.exit(str(error))


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack in the account and region of the AWS credentials in use."""

    name: str
    session: Session

    @classmethod
    def named(cls, name: str) -> "Deployment":
        return cls(name, get_session())

    def client(self, service: str) -> Any:
        return self.session.create_client(service, config=_PATIENCE)

    def outputs(self, stack: str = "") -> dict[str, str]:
        """Return the outputs of the stack, or of another one."""
        described = self.client("cloudformation").describe_stacks(StackName=stack or self.name)
        (found,) = described["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    def nested(self, logical_id: str) -> str:
        """Return the id of a nested stack, such as `Data`."""
        found = self.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def messaging(self) -> "Deployment":
        """Return the nested stack with the queues."""
        return Deployment(self.nested("Messaging"), self.session)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Return what a function answers. Raises CommandFailed."""
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer or (isinstance(payload, dict) and "error" in payload):
            raise CommandFailed(f"{function} failed: {json.dumps(payload)}")
        return payload
