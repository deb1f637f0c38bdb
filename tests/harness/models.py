"""Language models that answer what a test has written down for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outrider.language_models.errors import ModelFailed
from outrider.language_models.models import ModelTurn, ToolCall, ToolDefinition, Turn

Answer = Mapping[str, Any] | ModelTurn | ModelFailed


def answering(arguments: Mapping[str, Any] | str, tool: str = "answer") -> ModelTurn:
    return ModelTurn(calls=[ToolCall(id="1", name=tool, arguments=arguments)])


@dataclass
class ScriptedModel:
    """Answers what `answer` makes of what it is told."""

    answer: Callable[[str], Answer]
    name: str = "scripted"
    instructions: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def reply(
        self,
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,
    ) -> ModelTurn:
        (turn,) = turns
        assert turn.role == "user"
        self.instructions.append(instructions)
        self.told.append(turn.text)
        answer = self.answer(turn.text)
        if isinstance(answer, ModelFailed):
            raise answer
        return answer if isinstance(answer, ModelTurn) else answering(answer)
