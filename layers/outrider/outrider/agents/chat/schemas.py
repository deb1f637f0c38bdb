"""API schemas of chats."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from outrider.agents.chat.models import ChatThread
from outrider.agents.models import RunStatus, ToolStep
from outrider.agents.runs.schemas import Goal, Shown, summary_of
from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.language_models.models import TokenUsage


class ChatMessage(Input):
    """A message to an agent."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    message: Goal
    """What you ask for, in your own words."""
    thread_id: Annotated[str, Field(max_length=64)] | None = None
    """The thread to go on with; without one, a new thread begins."""


class ChatToolCall(Model):
    """A tool call of an agent."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    name: str
    """Name of the tool."""
    arguments: Mapping[str, Any]
    """The arguments that the model gave it."""
    result_summary: str
    """The beginning of the result, or the error."""
    approval_id: str | None = None
    """The approval that the call waits for, if a person has to approve it."""

    @classmethod
    def of(cls, step: ToolStep, shown: Shown) -> "ChatToolCall":
        return cls(
            name=step.tool,
            arguments=shown(step.arguments),
            result_summary=shown(summary_of(step)) if step.status == "done" else "not finished yet",
            approval_id=step.approval_id,
        )


class ChatAnswer(Model):
    """Answer to a message."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    object: Literal["chat_answer"] = "chat_answer"
    """Always `chat_answer`."""
    response: str
    """The agent's words; while its work goes on, where to find them."""
    thread_id: str
    """The thread, for the next message."""
    tool_calls: list[ChatToolCall]
    """What the agent did for it, in its order."""
    model: str
    """Name of the language model."""
    usage: TokenUsage
    """Tokens of the model's answers."""
    run_id: str
    """The agent run of the message: `GET /v1/agent/runs/{run_id}` shows each step."""
    status: RunStatus
    """`completed`, or `running` if the work goes on after this answer; else why it ended is in the
    run."""


class ChatExchange(Model):
    """A message and its answer."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    run_id: str
    """The agent run of the message."""
    message: str
    """The message."""
    response: str | None = None
    """The agent's words; null while it works, or if it failed."""
    status: RunStatus
    """Status of the run."""
    created_at: str
    """When the message came."""


class ChatThreadView(ChatThread):
    """A thread with its latest messages."""

    messages: list[ChatExchange] = []
    """The latest messages with their answers, at most 10, oldest first."""
