"""API schemas of agent runs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from outrider.agents.models import AgentRun, Decision, ModelStep, Playbook, ToolStep
from outrider.agents.policy.schemas import BudgetInput
from outrider.agents.policy.texts import without_links_within
from outrider.kit import json
from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.kit.text.quotes import shortened
from outrider.language_models.models import TokenUsage

_LONGEST_SUMMARY = 200

Shown = Callable[[Any], Any]
"""Returns a JSON value of a step as people are shown it."""
Goal = Annotated[str, Field(min_length=1, max_length=10_000)]


class AgentRunCreate(Input):
    """A goal for an agent."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    goal: Goal
    """What to reach, in your own words. It is the only text that the model takes instructions
    from."""
    playbook: Playbook | None = None
    """The usual job that it is; without one the model has all tools that the run may use."""
    budget: BudgetInput = Field(default_factory=BudgetInput)
    """Limits of this run below those of the policy; higher ones are lowered to them."""


class AgentRunStep(Model):
    """A step of a run: an answer of the model, or a tool call."""

    model_config = ConfigDict(frozen=True)

    number: int
    """Its place in the run, from 1."""
    kind: Literal["model", "tool"]
    created_at: str
    """When the model answered, or when the call was decided, before it was made."""
    finished_at: str | None = None
    """When a tool call had its result; null while it is being made."""
    text: str | None = None
    """The model's words. In a run that has read text of strangers, images and links to other hosts
    are taken out of this, of the arguments and of the result."""
    usage: TokenUsage | None = None
    """Tokens of the model's answer."""
    tool: str | None = None
    """The tool that the model asked for."""
    arguments: Mapping[str, Any] | None = None
    """The arguments that the model gave it."""
    decision: Decision | None = None
    """What was done with the call: `allowed` and made, `proposed` to a person, or `refused`."""
    reason: str | None = None
    """Why it was proposed or refused."""
    approval_id: str | None = None
    """The approval that the call waits for."""
    result_summary: str | None = None
    """The beginning of the result, or the error."""
    is_error: bool | None = None
    """Whether the result is an error."""
    credits: int | None = None
    """Credits that the tool call cost; null until it has a result, and if that does not say it."""

    @classmethod
    def of(cls, step: ModelStep | ToolStep, shown: Shown) -> Self:
        if isinstance(step, ModelStep):
            return cls(
                number=step.number,
                kind="model",
                created_at=step.at,
                finished_at=step.at,
                text=shown(step.turn.text),
                usage=step.turn.usage,
            )
        is_done = step.status == "done"
        return cls(
            number=step.number,
            kind="tool",
            created_at=step.at,
            finished_at=step.finished_at,
            tool=step.tool,
            arguments=shown(step.arguments),
            decision=step.decision,
            reason=shown(step.reason) or None,
            approval_id=step.approval_id,
            result_summary=shown(summary_of(step)) if is_done else None,
            is_error=step.is_error if is_done else None,
            credits=step.credits if step.decision == "allowed" else 0,
        )


class AgentRunDetail(AgentRun):
    """A run with its response and all its steps."""

    response: str | None = None
    """The model's last words, for the person who asked. Where the run has read text of strangers,
    images and links to other hosts are taken out."""
    steps: Sequence[AgentRunStep] = ()


def shown_of(run: AgentRun, host: str) -> Shown:
    """Return how the steps of a run are shown: without links, if the run is tainted. `host` is the
    domain name of the API, whose own links stay."""
    return (lambda value: without_links_within(value, host)) if run.tainted else lambda value: value


def summary_of(step: ToolStep) -> str:
    """Return the beginning of a result, the number of entries of a list, or the error's detail."""
    result = json.loads(step.result)
    if step.is_error:
        return shortened(str(result.get("detail") or result.get("title", "")), _LONGEST_SUMMARY)
    if isinstance(result.get("data"), list):
        more = ", and more" if result.get("has_more") else ""
        return f"{len(result['data'])} entries{more}"
    return shortened(step.result, _LONGEST_SUMMARY)
