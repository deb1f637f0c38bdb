"""What the role of each function allows, and what of it the tests saw the function call."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tools import templates
from tools.templates import Function

LIMITED = {
    "polls": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    "stream": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
}
"""Actions that SAM's policies for event sources allow on every queue and stream of the account;
the template denies them on all but the function's own."""
_OF_INDEXES = ("dynamodb:Query", "dynamodb:Scan")
"""Of the others a statement that names an index allows none."""
_OUTPUTS = ("Data.Outputs.", "Messaging.Outputs.")
_OF_THE_ACCOUNT = "AWS::Region:AWS::AccountId:"


class Permission(NamedTuple):
    """Action on a resource, named as `resource_name` names it, in the role of a function."""

    function: str
    action: str
    resource: str


def allowed() -> Iterator[Permission]:
    """Yield what the roles of all functions allow."""
    for function in templates.functions():
        yield from of_function(function)


def of_function(function: Function) -> Iterator[Permission]:
    """Yield what the role of a function allows, without logs and traces, which are every role's."""
    for action, resource in of_statements(templates.statements(function)):
        yield Permission(function.name, action, resource)
    yield from by_aws(function)


def of_statements(statements: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the actions that IAM statements allow, each with the name of a resource."""
    for statement in statements:
        if statement["Effect"] == "Allow":
            for action in as_list(statement["Action"]):
                for resource in resource_names(statement):
                    if "/index/" not in resource or action in _OF_INDEXES:
                        yield action, resource


def by_aws(function: Function) -> dict[Permission, str]:
    """Return what AWS itself does in the role of a function, with its kind. SAM adds the policies
    for it."""
    found: dict[tuple[str, str], str] = {}
    destinations = [function.properties.get("EventInvokeConfig", {})]
    for event in function.events:
        source = {"SQS": ("polls", "Queue"), "DynamoDB": ("stream", "Stream")}.get(event.kind)
        if source:
            kind, name = source
            resource = resource_name(event.properties[name])
            found |= {(action, resource): kind for action in LIMITED[kind]}
            found |= {("dynamodb:ListStreams", "*"): kind} if kind == "stream" else {}
            destinations.append(event.properties)
    for configured in destinations:
        match configured.get("DestinationConfig", {}).get("OnFailure"):
            case {"Type": "SQS", "Destination": destination}:
                found["sqs:SendMessage", resource_name(destination)] = "failed"
            case {"Type": "S3", "Destination": destination}:
                bucket = resource_name(destination)
                found["s3:ListBucket", bucket] = "failed"
                found["s3:PutObject", f"{bucket}/*"] = "failed"
                found["kms:GenerateDataKey", "Key"] = "failed"
    return {
        Permission(function.name, action, resource): kind
        for (action, resource), kind in found.items()
    }


def resources(statement: dict[str, Any]) -> list[Any]:
    """Return the resources that a statement is about, or excepts, as the template writes them."""
    return as_list(statement.get("Resource") or statement["NotResource"])


def resource_names(statement: dict[str, Any]) -> list[str]:
    """Return short names of the resources of a statement."""
    but = "" if "Resource" in statement else "all but "
    return [but + resource_name(resource) for resource in resources(statement)]


def resource_name(resource: Any) -> str:
    """Return a short name of a resource: `ContactsTable`, `ContactsTable/index/by_due`."""
    match resource:
        case {"Fn::GetAtt": parts}:
            name = ".".join(as_list(parts))
        case {"Fn::Join": [separator, parts]}:
            name = separator.join(map(resource_name, parts))
        case {"Ref": name}:
            pass
        case {"Fn::Sub": str(text)}:
            name = text.replace("${", "").replace("}", "")
        case _:
            name = str(resource)
    for part in (*_OUTPUTS, "arn:AWS::Partition:", _OF_THE_ACCOUNT):
        name = name.replace(part, "")
    return name.replace("Arn/", "/").removesuffix("Arn").removesuffix(".")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def unneeded(seen: set[Permission]) -> list[Permission]:
    """Return what roles allow, and neither was seen nor is needed by AWS itself."""
    known = {each for function in templates.functions() for each in by_aws(function)}
    return sorted(set(allowed()) - seen - known)


def read(folder: Path) -> set[Permission]:
    """Return what the tests saw, from the files that their processes wrote."""
    return {
        Permission(*each)
        for written in folder.glob("*.json")
        for each in json.loads(written.read_text(encoding="utf-8"))
    }
