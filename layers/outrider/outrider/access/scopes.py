"""Scopes: what a key may do. Everything is refused unless a scope covers it."""

from collections.abc import Collection

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


def covers(granted: Collection[str], required: str) -> bool:
    """Whether a key with the scopes `granted` may do what needs `required`."""
    if "*" in granted or required in granted:
        return True
    resource, _, _ = required.partition(":")
    members = FAMILIES.get(required)
    return _FAMILY_OF.get(resource) in granted or (
        members is not None
        and all(f"{member}:{verb}" in granted for member in members for verb in ("read", "write"))
    )
