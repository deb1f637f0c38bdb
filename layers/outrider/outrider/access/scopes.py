"""Scopes: permissions of API keys. Everything is denied unless a scope allows it."""

from collections.abc import Collection
from typing import Literal

Role = Literal["owner", "admin", "member", "viewer"]

FAMILIES: dict[str, tuple[str, ...]] = {
    "contacts": ("contacts", "companies", "imports", "leads"),
    "campaigns": ("campaigns", "sequences", "workflows", "messages", "mailboxes", "webhooks"),
}
"""Resources by family; the scope of a family allows reading and writing all of its resources."""

_FAMILY_OF = {resource: family for family, members in FAMILIES.items() for resource in members}
_RESOURCES = (*_FAMILY_OF, "suppressions")
_SINGLE = ("events:read", "api_keys:write", "account:read", "credits:read", "llm:write")

ALL: tuple[str, ...] = (
    "*",
    *FAMILIES,
    *(f"{resource}:{verb}" for resource in _RESOURCES for verb in ("read", "write")),
    *_SINGLE,
    "credits",
    "chat",
    "agent",
)
"""All scopes that a key can have."""

ALIASES = {"credits": "credits:read"}
"""Scopes that allow the same as another one."""

_READING = tuple(scope for scope in ALL if scope.endswith(":read"))

ROLES: dict[Role, tuple[str, ...]] = {
    "owner": ("*",),
    "admin": (*FAMILIES, "suppressions:read", "suppressions:write", *_SINGLE, "chat", "agent"),
    "member": (
        *_READING,
        *(f"{resource}:write" for resource in FAMILIES["contacts"]),
        "campaigns:write",
        "sequences:write",
        "workflows:write",
        "messages:write",
        "suppressions:write",
        "llm:write",
        "chat",
        "agent",
    ),
    "viewer": _READING,
}
"""Roles: named sets of scopes, each a subset of the previous one.

Owners may do everything, including operations added in later versions. Admins may do everything
that exists now, so they can grant every role except owner. Members do the daily work: they cannot
manage mailboxes, webhooks or API keys. Viewers can only read. A key keeps the scopes that its role
had when the key was created.
"""


def resource(scope: str) -> str:
    """Return the resource of a scope (`contacts` of `contacts:read`), by which calls are
    counted."""
    return scope.partition(":")[0]


def covers(granted: Collection[str], required: str) -> bool:
    """Return whether the scopes `granted` include the scope `required`."""
    required = ALIASES.get(required, required)
    same = [required, *(alias for alias, scope in ALIASES.items() if scope == required)]
    if "*" in granted or any(each in granted for each in same):
        return True
    members = FAMILIES.get(required)
    return _FAMILY_OF.get(resource(required)) in granted or (
        members is not None
        and all(f"{member}:{verb}" in granted for member in members for verb in ("read", "write"))
    )


def common(some: Collection[str], others: Collection[str]) -> frozenset[str]:
    """Return the scopes that cover exactly what both `some` and `others` cover."""
    return frozenset(each for each in ALL if covers(some, each) and covers(others, each))
