"""Ports of agent runs: what they need of others."""

from collections.abc import Mapping
from typing import Any, Protocol

from outrider.agents.models import AgentRun, RunWork
from outrider.language_models.port import LanguageModel
from outrider.mcp.calls import ToolResult
from outrider.mcp.tools import Tool


class Proposal(Protocol):
    """A tool call that waits for a person."""

    @property
    def id(self) -> str: ...


class Proposals(Protocol):
    """Where tool calls are proposed that an agent may not make itself."""

    def propose(
        self, run: AgentRun, tool: Tool, arguments: Mapping[str, Any], *, step: int
    ) -> Proposal:
        """Put a tool call before a person, and return what was stored.

        It is called again after a crash: the same run and step are the same proposal. Raises
        OutriderError, which the model is told, if the call cannot be proposed.
        """
        ...


class Models(Protocol):
    """Language models of one workspace."""

    def name(self) -> str:
        """Return the name of the model that the workspace uses. Raises ProviderNotConfigured."""
        ...

    def open(self, run: AgentRun) -> LanguageModel:
        """Return the model of a run. Raises ProviderNotConfigured."""
        ...


class ToolCalls(Protocol):
    """Tool calls with the delegation of one run."""

    def call(self, tool: Tool, arguments: Mapping[str, Any]) -> ToolResult:
        """Carry out the operation. Errors of the API are results."""
        ...


class ToolCallsOf(Protocol):
    """Makes the tool calls of a run."""

    def __call__(self, work: RunWork, /) -> ToolCalls: ...
