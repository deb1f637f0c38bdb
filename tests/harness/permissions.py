"""Whether template.yaml lets a function make the AWS calls it makes.

The end-to-end tests have IAM enforced by the emulator; here every integration test notices a
missing action at once, and names it.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from tests.harness.queues import Queues
from tests.harness.stack import Stack, arn
from tools import permissions, templates

_IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_ON_OBJECTS = {
    "GetObject": "GetObject",
    "PutObject": "PutObject",
    "DeleteObject": "DeleteObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
}


SEEN: set[permissions.Permission] = set()
"""What functions of this process called, by the permission that allows it."""


class PermissionMissing(BaseException):
    """A function makes a call that its policies do not allow. Nothing in the product catches it."""


class Permissions:
    """`acting` is the function whose policies count; none while a test calls the library itself."""

    def __init__(self, stack: Stack, queues: Queues) -> None:
        self.acting: str | None = None
        self._stack = stack
        self._queues = queues
        self._statements = cache(self._load)

    def check(self, service: str, operation: str, params: dict[str, Any]) -> None:
        if self.acting is None:
            return
        for action, resource in self._needed(service, operation, params):
            if not self._allows(self.acting, action, resource):
                raise PermissionMissing(f"{self.acting} may not {action} on {resource}")

    def _allows(self, function: str, action: str, resource: str) -> bool:
        for actions, resources in self._statements(function):
            for name, pattern in resources if action in actions else ():
                if fnmatchcase(resource, pattern):
                    SEEN.add((function, action, name))
                    return True
        return False

    def _load(self, function: str) -> list[tuple[list[str], list[tuple[str, str]]]]:
        """Return actions, and names and patterns of resources, of each statement."""
        return [
            (
                permissions.as_list(statement["Action"]),
                [
                    (permissions.resource_name(each), self._stack.resolve(each))
                    for each in permissions.resources(statement)
                ],
            )
            for statement in templates.statements(self._stack.functions[function])
        ]

    def _needed(  # noqa: PLR0912 - a list of services
        self, service: str, operation: str, params: dict[str, Any]
    ) -> Iterator[tuple[str, str]]:
        match service, operation:
            case "dynamodb", "TransactWriteItems":
                for item in params["TransactItems"]:
                    ((kind, write),) = item.items()
                    yield f"dynamodb:{_IN_TRANSACTION[kind]}", _table(write["TableName"])
            case "dynamodb", "BatchGetItem" | "BatchWriteItem":
                for name in params["RequestItems"]:
                    yield f"dynamodb:{operation}", _table(name)
            case "dynamodb", _:
                yield f"dynamodb:{operation}", _table(params["TableName"], params.get("IndexName"))
            case "sqs", "SendMessage" | "SendMessageBatch":
                yield "sqs:SendMessage", self._queues.arn_of(params)
            case "sqs", "GetQueueAttributes":
                yield "sqs:GetQueueAttributes", arn("sqs", params["QueueUrl"].rpartition("/")[2])
            case "sns", "ListSubscriptionsByTopic":
                yield f"sns:{operation}", params["TopicArn"]
            case ("cloudwatch", _) | ("lambda", "GetAccountSettings"):
                yield f"{service}:{operation}", "*"
            case "cloudformation", _:
                yield f"cloudformation:{operation}", params["StackName"]
            case "ses", _:
                yield f"ses:{operation}", "*"
            case "sns", "Publish":
                yield "sns:Publish", params["PhoneNumber"]
            case "events", _:
                yield f"events:{operation}", self._stack.bus_arn
            case "s3", "ListObjectsV2":
                yield "s3:ListBucket", f"arn:aws:s3:::{params['Bucket']}"
            case "s3", _:
                resource = f"arn:aws:s3:::{params['Bucket']}/{params['Key']}"
                yield f"s3:{_ON_OBJECTS[operation]}", resource
            case "kms", _:
                yield f"kms:{operation}", self._stack.data["KeyArn"]
            case "sesv2", "GetAccount" | "ListEmailIdentities":
                yield f"ses:{operation}", "*"
            case "sesv2", "SendEmail":
                yield from _sending(params)
            case "sesv2", _:
                yield f"ses:{operation}", arn("ses", "identity/example.com")
            case "lambda", "Invoke":
                yield "lambda:InvokeFunction", arn("lambda", f"function:{params['FunctionName']}")
            case "stepfunctions", "StartExecution":
                yield f"states:{operation}", params["stateMachineArn"]
            case _:
                raise NotImplementedError(f"the harness knows no IAM for {service} {operation}")


def _sending(params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The right to send, as the identity and by the configuration set that a call names.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
    """
    resources = ["identity/example.com"]
    if name := params.get("ConfigurationSetName"):
        resources.append(f"configuration-set/{name}")
    for action in ("SendEmail", *(["SendRawEmail"] if "Raw" in params["Content"] else [])):
        for resource in resources:
            yield f"ses:{action}", arn("ses", resource)


def _table(name: str, index: str | None = None) -> str:
    return arn("dynamodb", f"table/{name}" + (f"/index/{index}" if index else ""))
