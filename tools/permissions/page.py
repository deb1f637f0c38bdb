"""docs/permissions.md: a table for each function, which is also the record of what tests saw.

The page is read to hold the roles in template.yaml against it, and written from what was read: it
then has to be the same.
"""

import re
from collections.abc import Iterator

from tools import permissions, templates
from tools.permissions import Permission
from tools.templates import REPOSITORY, Function

PAGE = REPOSITORY / "docs" / "permissions.md"
_HEAD = """\
# Permissions

What the IAM role of each function allows, beside the calls that tests saw the function make.
`tests/infrastructure/test_permissions_page.py` fails if `template.yaml` allows an action on a
resource that this page does not show. A call that the role of its function does not allow fails
any test (`tests/harness/permissions.py`), and the end-to-end tests, where the emulator enforces
IAM. [How to refresh the page](../CONTRIBUTING.md#permissions).

Resources have the names of `template.yaml` and `infra/`; `/index/` stands before the name of an
index. No action has a wildcard; `Scan` is for
[deleting a workspace](operations.md#deleting-a-workspace) and for
[migrations](upgrades.md#data-migrations) alone.

SAM adds two policies of AWS to every role, which the rows leave out: `AWSLambdaBasicExecutionRole`
writes log lines, `AWSXrayWriteOnlyAccess` traces. They read nothing. Its policies for event sources
allow polling every queue and reading every stream of the account; a `Deny` in the template leaves
each function its own.

What AWS itself does in a role, no test sees:

- **polls**: Lambda polls the queue of an event source.
- **stream**: Lambda reads the stream of an event source.
- **failed**: Lambda puts what a function failed at for good to the destination for failures.
"""
_HEADER = (
    "| resources | service | seen in tests | done by AWS |",
    "|---|---|---|---|",
)
_CODE = re.compile(r"`([^`]+)`")


def render(seen: set[Permission]) -> str:
    """Return the page: of what was seen, what the roles allow."""
    parts = [_HEAD]
    for function in sorted(templates.functions(), key=lambda each: each.name):
        rows = list(_rows(function, seen))
        parts.append(f"## {function.name}\n")
        parts.append("\n".join([*_HEADER, *rows]) + "\n" if rows else "Nothing.\n")
    return "\n".join(parts)


def _rows(function: Function, seen: set[Permission]) -> Iterator[str]:
    """Yield a row for each resource; resources of which the same is allowed share one."""
    by_aws = permissions.by_aws(function)
    cells: dict[tuple[str, str], tuple[set[str], dict[str, set[str]]]] = {}
    for permission in permissions.of_function(function):
        service, _, action = permission.action.partition(":")
        tested, others = cells.setdefault((service, permission.resource), (set(), {}))
        if permission in seen:
            tested.add(action)
        elif kind := by_aws.get(permission):
            others.setdefault(kind, set()).add(action)
    alike: dict[tuple[str, str, str], list[str]] = {}
    for (service, resource), (tested, others) in sorted(cells.items()):
        done_by_aws = [f"{kind}: {_listed(actions)}" for kind, actions in sorted(others.items())]
        row = service, _listed(tested), "; ".join(done_by_aws)
        alike.setdefault(row, []).append(f"`{resource}`")
    for row, names in alike.items():
        yield f"| {' | '.join([', '.join(names), *row])} |"


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))


def seen() -> set[Permission]:
    """Return what the page shows as seen in tests."""
    found: set[Permission] = set()
    function = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            function = line.removeprefix("## ")
        elif line.startswith("| `"):
            names, service, tested, _ = (cell.strip() for cell in line.strip("|").split("|"))
            found |= {
                Permission(function, f"{service}:{action}", resource)
                for resource in _CODE.findall(names)
                for action in tested.split(", ")
                if action
            }
    return found
