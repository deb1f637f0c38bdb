"""Reading what a call is about, through the tools of the API."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.access.errors import ScopeDenied
from outrider.agents.approvals.errors import NotProposable
from outrider.contacts.models import Contact
from outrider.kit.errors import OutriderError, ResourceNotFound, ServiceUnavailable
from outrider.mcp.calls import Calls, ToolResult
from outrider.mcp.tools import tools

MOST_RECIPIENTS = 1_000
"""Maximum audience of a call that an agent may propose."""
_AT_ONCE = 80
"""Rows of a page: about as many contacts as a result of a tool may have."""


ContactsOf = Callable[[Collection[str]], Mapping[str, Contact]]
"""Returns those of the contacts with these ids that exist, by id. Raises ScopeDenied."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one caller, whose scopes apply. `scopes` collects the scopes that it needed."""

    calls: Calls
    contacts_of: ContactsOf
    scopes: set[str] = field(default_factory=set)

    def read(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Return the result of a tool that only reads. Raises ResourceNotFound, ScopeDenied,
        ServiceUnavailable if a later attempt may succeed, and NotProposable."""
        self.scopes.update(tools()[tool].scopes)
        result = self.calls.call(tools()[tool], arguments)
        if result.is_error:
            raise _failure(result)
        return result.content

    def each(self, tool: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Yield the rows of a list. Raises the errors of `read`, and NotProposable if there are
        more than an approval may be about."""
        found = 0
        cursor: dict[str, str] = {}
        while True:
            page = self.read(tool, limit=_AT_ONCE, **arguments, **cursor)
            found += len(page["data"])
            if found > MOST_RECIPIENTS:
                raise too_many()
            yield from page["data"]
            if not page["has_more"]:
                return
            cursor = {"cursor": page["next_cursor"]}

    def contacts(self, contact_ids: Collection[str]) -> list[Contact]:
        """Return those of these contacts that exist, in this order. They are read at once, where a
        tool reads one contact a call. Raises ScopeDenied."""
        self.scopes.add("contacts:read")
        found = self.contacts_of(contact_ids)
        return [found[each] for each in dict.fromkeys(contact_ids) if each in found]


def too_many() -> NotProposable:
    return NotProposable(
        f"The call reaches more than {MOST_RECIPIENTS:,} people, and an agent may propose one that"
        " reaches at most so many. Name fewer, or let a person make the call"
    )


def _failure(result: ToolResult) -> OutriderError:
    detail = str(result.content["detail"])
    if result.is_temporary:
        return ServiceUnavailable(detail, headers={"Retry-After": "5"})
    match result.content["code"]:
        case "RESOURCE_NOT_FOUND":
            return ResourceNotFound(detail)
        case "SCOPE_DENIED":
            return ScopeDenied(detail)
        case _:
            return NotProposable(detail)
