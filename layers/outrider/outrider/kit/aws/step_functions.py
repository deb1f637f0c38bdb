"""Step Functions: executions that are started once, by name."""

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit import json
from outrider.kit.aws import clients


class StartFailed(Exception):
    """Step Functions did not start an execution, or did not say so."""


@dataclass(frozen=True, slots=True)
class StateMachine:
    """A state machine, by ARN."""

    arn: str

    def start(self, name: str, input_: dict[str, object]) -> None:
        """Start an execution, unless one of this name exists: the name is the idempotency key.

        Raises StartFailed.
        """
        try:
            clients.client("stepfunctions").start_execution(
                stateMachineArn=self.arn, name=name, input=json.dumps_text(input_)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise StartFailed(str(error)) from error
        except BotoCoreError as error:
            raise StartFailed(str(error)) from error
