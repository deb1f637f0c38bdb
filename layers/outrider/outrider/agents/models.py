"""Agent runs and their steps."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from outrider.kit import clock
from outrider.kit.models import Model
from outrider.language_models.models import ModelTurn, TokenUsage

Playbook = Literal["build_list", "draft_and_launch", "triage_replies"]
RunKind = Literal["chat", "goal"]
RunStatus = Literal["queued", "running", "completed", "failed", "stopped"]
RunReason = Literal[
    "agents_disabled",
    "call_unanswered",
    "key_refused",
    "model_seconds_spent",
    "out_of_time",
    "provider_failed",
    "stopped_by_person",
]
"""Why a run ended without completing: the workspace's agents are disabled; whether one of its tool
calls was carried out is not known; its API key is revoked or expired; a budget or the time of a run
is used up; the provider returned no usable answer; a person stopped it."""
Decision = Literal["allowed", "proposed", "refused"]

ENDED: frozenset[RunStatus] = frozenset({"completed", "failed", "stopped"})
LIFE = timedelta(minutes=13)
"""How long a run may go on, from when it was made: less than credits are held for."""
GIVEN_UP_AFTER = LIFE + timedelta(minutes=6)
"""When every worker that began within a run's life has ended, as long after the run was made."""


class Budget(Model):
    """Limits of one run."""

    model_config = ConfigDict(frozen=True)

    tool_calls: Annotated[int, Field(ge=1, le=20)] = 20
    """Tool calls, refused ones included."""
    recipients: Annotated[int, Field(ge=0, le=50)] = 50
    """How many contacts may get a message through what the run starts without approval."""
    credits: Annotated[int, Field(ge=0, le=100)] = 100
    """Credits that its tool calls may cost."""
    model_seconds: Annotated[int, Field(ge=1, le=120)] = 120
    """Seconds that the model may take for all its answers together."""

    def within(self, limit: "Budget") -> "Budget":
        """Return the budget with no number above that of `limit`."""
        most = limit.model_dump()
        return Budget(**{name: min(value, most[name]) for name, value in self})


class Spent(Model):
    """What a run has used of its budget, and the tokens of its model."""

    model_config = ConfigDict(frozen=True)

    tool_calls: int = 0
    """Tool calls that it asked for."""
    recipients: int = 0
    """Contacts who get a message through what it did."""
    credits: int = 0
    """Credits that its tool calls cost. One that is being made, or whose cost is not known, counts
    with the most that it may cost."""
    model_turns: int = 0
    """Answers of the model."""
    model_ms: int = 0
    """Milliseconds that the model took for them."""
    tokens: TokenUsage = TokenUsage()
    """Tokens of its model."""


class AgentRun(Model):
    """A run of an agent: one goal, or one message of a chat."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["agent_run"] = "agent_run"
    kind: RunKind
    thread_id: str | None = None
    """The thread of the chat that the message belongs to; null for a goal."""
    goal: str
    """What the run is to reach: the goal, or the message of the chat."""
    playbook: Playbook | None = None
    """The usual job that it is, if it is one."""
    status: RunStatus = "queued"
    status_reason: RunReason | None = None
    """Why it ended without completing."""
    scopes: Sequence[str] = ()
    """What the run may do at most, fixed when it was made."""
    budget: Budget = Budget()
    """The most that it may use."""
    price: int = 0
    """Credits that it costs once the model has answered, beside those of its tool calls."""
    spent: Spent = Spent()
    tainted: bool = False
    """Whether it has read text of strangers, such as replies, contacts or web pages."""
    model: str
    """Name of the language model."""
    created_by: str
    created_at: str
    finished_at: str | None = None

    def as_of_now(self) -> Self:
        """Return the run as it is at this moment: one that nobody carries on any more has
        failed."""
        made = clock.from_text(self.created_at)
        if self.status in ENDED or clock.now() < made + GIVEN_UP_AFTER:
            return self
        ended = {"status_reason": "out_of_time", "finished_at": clock.to_text(made + LIFE)}
        return self.model_copy(update={"status": "failed", **ended})


class RunWork(Model):
    """The worker's view of a run."""

    model_config = ConfigDict(frozen=True)

    shown: AgentRun
    lease: str
    key_id: str
    """The API key that asked for the run and for which it acts."""
    host: str = ""
    """Domain name of the API that received the request."""
    request_id: str = ""
    touched: Sequence[str] = ()
    """Ids of the resources that the run made, or whose addresses it may have changed."""
    failures: int = 0
    """Temporary failures of the provider and of tool calls so far."""


class ModelStep(Model):
    """An answer of the model."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["model"] = "model"
    number: int
    at: str
    turn: ModelTurn


class ToolStep(Model):
    """A tool call: decided and stored before it is made, completed after it."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["tool"] = "tool"
    number: int
    at: str
    status: Literal["calling", "done"] = "calling"
    call_id: str
    """Id of the call within the conversation."""
    tool: str
    arguments: Mapping[str, Any]
    decision: Decision
    reason: str = ""
    """Why it was proposed or refused, in the words that the model was told."""
    approval_id: str | None = None
    result: str = ""
    """The result as JSON."""
    is_error: bool = False
    credits: int | None = None
    """Credits that the call cost; None until it has a result, and if that does not say it."""
    finished_at: str | None = None

    @property
    def was_stored(self) -> bool:
        """Return whether the step was stored before, when the call was decided. A refused call is
        done with its decision."""
        return self.status == "done" and self.decision != "refused"


Step = Annotated[ModelStep | ToolStep, Field(discriminator="kind")]
