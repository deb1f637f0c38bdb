"""Sequences that a run made, and that nobody has launched."""

from outrider.agents.models import AgentRun
from outrider.agents.port import ToolCalls
from outrider.mcp.tools import visible_tool


def is_draft(sequence_id: str, run: AgentRun, calls: ToolCalls) -> bool:
    """Return whether the run can see that no campaign of the sequence was launched, so that nothing
    is sent by it. The launch of a sequence makes one."""
    reader = visible_tool("list_campaigns", run.scopes)
    if reader is None:
        return False
    found = calls.call(reader, {"sequence_id": sequence_id})
    if found.is_error or found.content["has_more"]:
        return False
    return all(each["status"] == "draft" for each in found.content["data"])
