"""Errors of agents."""

from outrider.kit.errors import Conflict, ResourceNotFound


class AgentsDisabled(Conflict):
    code = "AGENTS_DISABLED"
    title = "Agents are disabled in this workspace"

    def __init__(self) -> None:
        super().__init__(
            "The agent policy of this workspace has enabled: false. Whoever has the scope llm:write"
            " can change it with PATCH /v1/agent/policy"
        )


class AgentRunNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no agent run with this id in this workspace")
