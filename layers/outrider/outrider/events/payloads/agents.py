"""Events about agents: what they do, and what they propose."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import AgentRunId, ApprovalId, Count, Payload, Timestamp

ToolName = Annotated[str, Field(examples=["launch_sequence"])]


class _AboutApproval(Payload):
    approval_id: ApprovalId
    """The approval."""
    run_id: AgentRunId
    """The agent run that proposes the call."""
    tool: ToolName
    """The tool that it wants to call."""


class AgentApprovalRequestedData(_AboutApproval):
    """An agent proposes a call, which is made only if a person approves it in time."""

    event: ClassVar[EventName] = "agent.approval_requested"

    recipients: Annotated[Count, Field(examples=[12])]
    """The number of people whom the call reaches."""
    expires_at: Timestamp
    """Until when the call can be approved."""


class AgentApprovalDecidedData(_AboutApproval):
    """A person decided on a call that an agent proposed. The actor is the API key that decided."""

    event: ClassVar[EventName] = "agent.approval_decided"

    decision: Literal["approve", "reject"]
    """`approve`: the call is made now. `reject`: it never is."""
