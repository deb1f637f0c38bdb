"""Events about agents: what they do, and what they propose."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    AgentRunId,
    ApprovalId,
    Count,
    NotAlways,
    Payload,
    Timestamp,
)

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


class AgentRunCreatedData(Payload):
    """A goal was given to an agent; its run begins."""

    event: ClassVar[EventName] = "agent.run_created"

    run_id: AgentRunId
    """The run."""


class AgentRunCompletedData(Payload):
    """A run of an agent has ended."""

    event: ClassVar[EventName] = "agent.run_completed"

    run_id: AgentRunId
    """The run."""
    kind: Literal["chat", "goal"]
    """Whether it worked on a message of a chat or on a goal."""
    status: Literal["completed", "failed", "stopped"]
    """How it ended."""
    reason: Annotated[str, Field(examples=["out_of_time"])] | NotAlways = None
    """Why it did not complete."""
    tool_calls: Annotated[Count, Field(examples=[7])]
    """Tool calls that it asked for."""
    credits: Annotated[Count, Field(examples=[3])]
    """Credits that its tool calls cost. One whose cost is not known counts with the most that it
    may have cost. What the run itself costs comes on top."""


class AgentPolicyUpdatedData(Payload):
    """The policy of agents was changed: whether they may run, or what they may do at most."""

    event: ClassVar[EventName] = "agent.policy_updated"

    enabled: bool
    """Whether agents may run now."""
    changed: Annotated[list[Literal["budget", "enabled", "scopes"]], Field(examples=[["enabled"]])]
    """Names of the changed fields."""


class AgentToolCalledData(Payload):
    """An agent asked for a tool call. The event is written before the call is made; what the call
    changes has events of its own, with the same actor."""

    event: ClassVar[EventName] = "agent.tool_called"

    run_id: AgentRunId
    """The run."""
    tool: ToolName
    """The tool; `unknown` for one that there is not."""
    arguments_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=["0" * 64])]
    """SHA-256 of the arguments, as JSON with sorted names and without spaces."""
    decision: Literal["allowed", "proposed", "refused"]
    """What was done: the call was made, was proposed to a person, or was refused."""
    credits_max: Annotated[Count, Field(examples=[1])]
    """The most that the call may cost. What it did cost is in the step of the run, and in the sum
    of `agent.run_completed`."""
