"""docs/permissions.md: what the role of each function allows, beside what the tests saw it call.

    OUTRIDER_PERMISSIONS=.outrider/permissions pytest tests/integration tests/engine …
    python -m tools.permissions .outrider/permissions

The first command has each process write what it saw (tests/harness/permissions.py); the second
writes the page, and fails if something is allowed that no test needs.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import templates
from tools.templates import REPOSITORY, Function

PAGE = REPOSITORY / "docs" / "permissions.md"
Permission = tuple[str, str, str]
"""Function, action, and resource as `resource_name` returns it."""
BY_AWS = {
    ("kms:GenerateDataKey", "Key"): "Lambda, for stream records that were given up",
    ("sqs:SendMessage", "UndeliveredDeadLetters"): "Lambda, for stream records that failed",
}
"""Actions and resources that AWS itself uses in the role of a function."""
_OF_TABLES_ALONE = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
"""Actions of DynamoDB that no index has: a statement that names one with them allows no more."""
_HEAD = """\
# Permissions

What the IAM role of each function allows, beside what tests saw the function call.
`python -m tools.permissions` writes the page; a permission that no test needs fails it. The tests
check every call against the roles (`tests/harness/permissions.py`), so a call that is not allowed
fails them. Each role also may write its log lines and traces, which SAM adds. No action has a
wildcard; `Scan` is for [migrations](upgrades.md#data-migrations) alone.

"""


def allowed() -> Iterator[Permission]:
    """Yield what the roles in template.yaml allow."""
    for function in templates.functions():
        yield from of_function(function)


def of_function(function: Function) -> Iterator[Permission]:
    for statement in templates.statements(function):
        for action in as_list(statement["Action"]):
            for resource in map(resource_name, resources(statement)):
                if "/index/" not in resource or not action.endswith(_OF_TABLES_ALONE):
                    yield function.name, action, resource


def resources(statement: dict[str, Any]) -> list[Any]:
    """Return the resources of a statement as the template writes them."""
    return as_list(statement.get("Resource", "*"))


def resource_name(resource: Any) -> str:
    """Return a short name of a resource: `ContactsTable`, `ContactsTable/index/by_due`."""
    match resource:
        case {"Fn::GetAtt": parts}:
            name = ".".join(as_list(parts))
        case {"Ref": name}:
            pass
        case {"Fn::Sub": str(text)}:
            name = text.replace("${", "").replace("}", "")
        case _:
            name = str(resource)
    for part in ("Data.Outputs.", "Messaging.Outputs.", "arn:AWS::Partition:"):
        name = name.replace(part, "")
    return name.replace("Arn/", "/").removesuffix("Arn").removesuffix(".")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def unneeded(seen: set[Permission]) -> list[Permission]:
    """Return what is allowed, and neither seen nor used by AWS itself. A policy that functions
    share is needed if one of them needs it."""
    by_any = {each[1:] for each in seen}
    shared = set(_shared())
    return [
        each
        for each in allowed()
        if each not in seen
        and each[1:] not in BY_AWS
        and not (each[1:] in shared and each[1:] in by_any)
    ]


def _shared() -> Iterator[tuple[str, str]]:
    """Yield actions and resources of the managed policies."""
    for policy in templates.resources(templates.main(), "AWS::IAM::ManagedPolicy").values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            for resource in resources(statement):
                for action in as_list(statement["Action"]):
                    yield action, resource_name(resource)


def page(seen: set[Permission]) -> str:
    """Return the page: a table for each function."""
    parts = []
    for function in templates.functions():
        by_resource: dict[str, list[str]] = {}
        for permission in of_function(function):
            _, action, resource = permission
            mark = "" if permission in seen else " (AWS)"
            by_resource.setdefault(resource, []).append(f"`{action}`{mark}")
        rows = [f"| `{name}` | {', '.join(actions)} |" for name, actions in by_resource.items()]
        table = "\n".join(["| resource | actions |", "|---|---|", *rows])
        parts.append(f"## {function.name}\n\n{table if rows else 'Nothing.'}\n")
    reasons = [f"- `{action}` of `{name}`: {why}" for (action, name), why in BY_AWS.items()]
    return (
        _HEAD
        + "(AWS): used by AWS itself in the role:\n\n"
        + "\n".join(reasons)
        + "\n\n"
        + "\n".join(parts)
    )


def read(folder: Path) -> set[Permission]:
    """Return what the tests saw, from the files that their processes wrote."""
    found = [json.loads(each.read_text(encoding="utf-8")) for each in folder.glob("*.json")]
    return {(name, action, resource) for each in found for name, action, resource in each}


def main(arguments: list[str]) -> int:
    seen = read(Path(arguments[0]))
    if missing := unneeded(seen):
        print("No test needs:")
        print("\n".join(" ".join(each) for each in missing))
        return 1
    PAGE.write_text(page(seen), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
