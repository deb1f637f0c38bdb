"""Whether template.yaml lets a function make the AWS calls it makes.

The end-to-end tests have IAM enforced by the emulator; here every integration test notices a
missing action at once, and names it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from tests.harness.mail import MailService
from tests.harness.queues import Queues
from tests.harness.stack import Stack, arn
from tools import permissions, templates
from tools.permissions import Permission

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


SEEN: set[Permission] = set()
"""What functions of this process called, by the permission that allows it."""


class PermissionMissing(BaseException):
    """A function makes a call that its policies do not allow. Nothing in the product catches it."""


@dataclass(frozen=True, slots=True)
class _Statement:
    effect: str
    actions: list[str]
    excepts: bool
    """Whether it is about all resources but those that it names."""
    names: list[str]
    patterns: list[str]
    condition: dict[str, dict[str, str]]

    def matching(self, action: str, resource: str) -> str | None:
        """Return the name of the resource by which the statement is about a call, or None."""
        if action not in self.actions:
            return None
        matches = [fnmatchcase(resource, pattern) for pattern in self.patterns]
        if self.excepts:
            return None if any(matches) else self.names[0]
        return self.names[matches.index(True)] if any(matches) else None


class Permissions:
    """`acting` is the function whose policies count; none while a test calls the library itself."""

    def __init__(self, stack: Stack, queues: Queues, ses: MailService) -> None:
        self.acting: str | None = None
        self._stack = stack
        self._queues = queues
        self._ses = ses
        self._statements = cache(self._load)
        self._added: dict[str, Sequence[dict[str, Any]]] = {}

    @contextmanager
    def adding(self, function: str, statements: Sequence[dict[str, Any]]) -> Iterator[None]:
        """Have the policies of a function contain these statements too, as template.yaml writes
        them."""
        self._added[function] = statements
        self._statements.cache_clear()
        try:
            yield
        finally:
            del self._added[function]
            self._statements.cache_clear()

    def check(self, service: str, operation: str, params: dict[str, Any]) -> None:
        if self.acting is None:
            return
        context = _context(service, operation, params)
        for action, resource in self._needed(service, operation, params):
            if not self._allows(self.acting, action, resource, context):
                raise PermissionMissing(f"{self.acting} may not {action} on {resource}")

    def _allows(self, function: str, action: str, resource: str, context: dict[str, str]) -> bool:
        allowing: str | None = None
        for statement in self._statements(function):
            name = statement.matching(action, resource)
            if name is None or not _holds(statement.condition, context):
                continue
            if statement.effect == "Deny":
                return False
            allowing = allowing or name
        if allowing:
            SEEN.add(Permission(function, action, allowing))
        return allowing is not None

    def _load(self, function: str) -> list[_Statement]:
        return [
            _Statement(
                statement["Effect"],
                permissions.as_list(statement["Action"]),
                "NotResource" in statement,
                permissions.resource_names(statement),
                [self._stack.resolve(each) for each in permissions.resources(statement)],
                self._stack.resolve(statement.get("Condition", {})),
            )
            for statement in (
                *templates.statements(self._stack.functions[function]),
                *self._added.get(function, ()),
            )
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
                yield from _sending(params, self._ses.set_of(params))
            case "sesv2", _:
                yield f"ses:{operation}", arn("ses", "identity/example.com")
            case "lambda", "Invoke":
                yield "lambda:InvokeFunction", arn("lambda", f"function:{params['FunctionName']}")
            case "stepfunctions", "StartExecution":
                yield f"states:{operation}", params["stateMachineArn"]
            case _:
                raise NotImplementedError(f"the harness knows no IAM for {service} {operation}")


def _context(service: str, operation: str, params: dict[str, Any]) -> dict[str, str]:
    """Return the condition keys of a call that the template asks about."""
    match service, operation:
        case "kms", _:
            given = params.get("EncryptionContext", {})
            return {f"kms:EncryptionContext:{name}": value for name, value in given.items()}
        case "sesv2", "SendEmail":
            return {"ses:FromAddress": parseaddr(params["FromEmailAddress"])[1]}
        case _:
            return {}


def _holds(condition: dict[str, dict[str, str]], context: dict[str, str]) -> bool:
    """Evaluate a condition in the operators that the template uses."""
    for operator, wanted in condition.items():
        for key, value in wanted.items():
            match operator:
                case "Null":
                    holds = (key not in context) == (value == "true")
                case "StringEquals":
                    holds = context.get(key) == value
                case _:
                    raise NotImplementedError(f"the harness knows no condition {operator}")
            if not holds:
                return False
    return True


def _sending(params: dict[str, Any], name: str | None) -> Iterator[tuple[str, str]]:
    """The right to send, as the identity and by the configuration set of this name, if there is
    one.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
    """
    resources = ["identity/example.com"]
    if name:
        resources.append(f"configuration-set/{name}")
    for action in ("SendEmail", *(["SendRawEmail"] if "Raw" in params["Content"] else [])):
        for resource in resources:
            yield f"ses:{action}", arn("ses", resource)


def _table(name: str, index: str | None = None) -> str:
    return arn("dynamodb", f"table/{name}" + (f"/index/{index}" if index else ""))
