"""Ports of agent runs: what they need of others."""

from collections.abc import Mapping
from typing import Any, Protocol

from outrider.mcp.calls import ToolResult
from outrider.mcp.tools import Tool


class ProposedCall(Protocol):
    """A tool call that waits for a person."""

    @property
    def id(self) -> str: ...


class CallProposals(Protocol):
    """Where tool calls are proposed that an agent may not make itself."""

    def propose(
        self, approval_id: str, run_id: str, tool: Tool, arguments: Mapping[str, Any]
    ) -> ProposedCall:
        """Put a tool call before a person, and return what was stored.

        `approval_id` is the same when the same call is proposed again, after a crash. Raises
        OutriderError, which the model is told, if the call cannot be proposed.
        """
        ...


class ToolCalls(Protocol):
    """Tool calls with the delegation of one run."""

    def call(self, tool: Tool, arguments: Mapping[str, Any]) -> ToolResult:
        """Carry out the operation. Errors of the API are results."""
        ...
