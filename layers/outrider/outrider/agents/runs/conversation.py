"""The conversation of a run, made of its steps, and the tools that the model is offered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outrider.agents.models import AgentRun, ModelStep, RunWork, ToolStep
from outrider.agents.policy.tool_rules import TOOL_RULES, hidden_arguments
from outrider.agents.runs.playbooks import JOBS, goal_of
from outrider.kit import json
from outrider.language_models.models import ToolCall, ToolDefinition, ToolTurn, Turn, UserTurn
from outrider.mcp.tools import Tool, tools

_NOT_MADE = json.dumps_text(
    {"code": "BUDGET_USED_UP", "detail": "The run has no tool calls left. Finish with a text."}
)


@dataclass(slots=True)
class Conversation:
    """A run and its steps so far; `history` is what was said before the run."""

    work: RunWork
    steps: list[ModelStep | ToolStep]
    history: Sequence[Turn] = field(default_factory=tuple)

    @property
    def run(self) -> AgentRun:
        return self.work.shown

    @property
    def has_calls_left(self) -> bool:
        return self.run.spent.tool_calls < self.run.budget.tool_calls

    @property
    def is_over(self) -> bool:
        """Return whether the model's last answer leaves nothing to be done. It may ask for tools
        though none were offered."""
        turn, made = self._last()
        return turn is not None and not made and (not turn.turn.calls or not self.has_calls_left)

    @property
    def response(self) -> str:
        """Return the model's last words."""
        turn, _ = self._last()
        return turn.turn.text if turn else ""

    def pending(self) -> ToolStep | ToolCall | None:
        """Return the call that has to be completed, or the next one that the model asked for, or
        None if it is the model's turn."""
        turn, made = self._last()
        if made and made[-1].status == "calling":
            return made[-1]
        if turn and len(made) < len(turn.turn.calls) and self.has_calls_left:
            return turn.turn.calls[len(made)]
        return None

    def turns(self) -> list[Turn]:
        """Return the conversation as the model gets it. Each call has a result."""
        said: list[Turn] = [*self.history, UserTurn(text=goal_of(self.run))]
        for step, made in self._exchanges():
            said.append(step.turn)
            for place, call in enumerate(step.turn.calls):
                done = made[place] if place < len(made) else None
                said.append(
                    ToolTurn(
                        call_id=call.id,
                        name=call.name,
                        text=done.result if done else _NOT_MADE,
                        is_error=done.is_error if done else True,
                    )
                )
        return said

    def _last(self) -> tuple[ModelStep | None, Sequence[ToolStep]]:
        last: tuple[ModelStep | None, Sequence[ToolStep]] = (None, ())
        for exchange in self._exchanges():
            last = exchange
        return last

    def _exchanges(self) -> Iterator[tuple[ModelStep, Sequence[ToolStep]]]:
        """Yield each answer of the model with the calls that followed it."""
        answer: ModelStep | None = None
        made: list[ToolStep] = []
        for step in self.steps:
            if isinstance(step, ToolStep):
                made.append(step)
                continue
            if answer:
                yield answer, made
            answer, made = step, []
        if answer:
            yield answer, made


def offered(run: AgentRun) -> list[ToolDefinition]:
    """Return the tools of a run: those of its job, if it has one, that its scopes and the rules
    allow, without the arguments that are not a model's to give."""
    wanted = JOBS[run.playbook].tools if run.playbook else TOOL_RULES.keys()
    return [
        ToolDefinition(
            name=tool.name, description=f"{tool.title}. {tool.description}", parameters=_input(tool)
        )
        for name, tool in tools().items()
        if name in wanted and name in TOOL_RULES and tool.is_visible(run.scopes)
    ]


def _input(tool: Tool) -> Mapping[str, Any]:
    hidden = set(hidden_arguments(tool.name))
    known = tool.input["properties"]
    return {**tool.input, "properties": {k: v for k, v in known.items() if k not in hidden}}
