"""Scopes: what a key may do. Everything is refused unless a scope covers it."""

from collections.abc import Collection
from typing import Literal

Role = Literal["owner", "admin", "member", "viewer"]

FAMILIES: dict[str, tuple[str, ...]] = {
    "contacts": ("contacts", "companies", "imports", "leads"),
    "campaigns": ("campaigns", "sequences", "workflows", "messages", "mailboxes", "webhooks"),
}
"""A family covers reading and writing of all its resources."""

_FAMILY_OF = {resource: family for family, members in FAMILIES.items() for resource in members}
_RESOURCES = (*_FAMILY_OF, "suppressions")
_SINGLE = ("events:read", "api_keys:write", "account:read", "credits:read", "llm:write")

ALL: tuple[str, ...] = (
    "*",
    *FAMILIES,
    *(f"{resource}:{verb}" for resource in _RESOURCES for verb in ("read", "write")),
    *_SINGLE,
    "chat",
    "agent",
)
"""Every scope a key can be given."""

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
"""Named sets of scopes, each within the one before it.

An owner may everything, also what later versions add. An admin may everything there is now, so it
gives any role but owner. A member does the daily work: it sets up no mailboxes, no webhooks and no
keys. A viewer reads. A key keeps the scopes its role had when it was made.
"""


def resource(scope: str) -> str:
    """`contacts` of `contacts:read`: what routes are counted by."""
    return scope.partition(":")[0]


def covers(granted: Collection[str], required: str) -> bool:
    """Whether a key with the scopes `granted` may do what needs `required`."""
    if "*" in granted or required in granted:
        return True
    members = FAMILIES.get(required)
    return _FAMILY_OF.get(resource(required)) in granted or (
        members is not None
        and all(f"{member}:{verb}" in granted for member in members for verb in ("read", "write"))
    )
