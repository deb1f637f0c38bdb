"""Recipients of what a run sends: contacts that existed before it."""

from collections.abc import Sequence

from outrider.agents.models import AgentRun
from outrider.agents.port import ToolCalls
from outrider.kit import clock, ids
from outrider.kit.text.quotes import shortened
from outrider.mcp.tools import visible_tool

_EARLIEST_MS = clock.to_epoch_ms(clock.from_text("2025-01-01T00:00:00Z"))
"""Before the first contact there can be."""


def unknown_recipient(recipients: Sequence[str], run: AgentRun, calls: ToolCalls) -> str:
    """Return why one of the contacts may not get a message, or an empty text.

    The time in an id is that of the contact's creation, except in ids that are hashes, whose time
    is any: the contact is read then.
    """
    began = clock.to_epoch_ms(clock.from_text(run.created_at))
    reader = visible_tool("get_contact", run.scopes)
    for each in recipients:
        if not ids.is_id("con", each):
            return f"{shortened(each)} is not the id of a contact"
        if _EARLIEST_MS <= ids.made_at(each) < began:
            continue
        if reader is None:
            return f"whether {each} existed before this run cannot be read without contacts:read"
        found = calls.call(reader, {"contact_id": each})
        if found.is_error:
            return f"the contact {each} cannot be read: {found.content.get('detail', '')}"
        if found.content["created_at"] >= run.created_at:
            return f"the contact {each} did not exist before this run"
    return ""
