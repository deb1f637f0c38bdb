"""Company entity."""

from typing import Any, Literal

from pydantic import Field

from outrider.entities.models import Entity

_LONGEST_NAME = 250
"""Characters of a name in a sort key, which DynamoDB limits to 1,024 bytes."""


class Company(Entity):
    """A company of one workspace. Contacts with an address at its domain are linked to it.

    Times are RFC 3339 UTC; `version` is incremented by every change. `context` holds custom fields:
    everything given under names other than those of the fields below.
    """

    id: str
    object: Literal["company"] = "company"
    name: str | None = None
    domain: str | None = None
    website: str | None = None
    industry: str | None = None
    size: str | None = None
    country: str | None = None
    linkedin_url: str | None = None
    phone: str | None = None
    description: str | None = None
    founded: int | None = None
    tags: list[str] = Field(default_factory=list)
    context: dict[str, Any] = Field(default_factory=dict)
    created_at: str
    updated_at: str
    version: int = 1


def folded(name: str) -> str:
    """Return a name in lower case with single spaces, for comparison and sorting."""
    return " ".join(name.casefold().split())[:_LONGEST_NAME]
