"""Language models that say what a test has them say."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest.mock import patch

from outrider.agents.runs import wiring
from outrider.language_models.models import (
    ModelTurn,
    TokenUsage,
    ToolCall,
    ToolDefinition,
    ToolTurn,
    Turn,
)
from outrider.language_models.port import LanguageModel
from outrider.llm_providers.models import ModelChoice

USAGE = TokenUsage(input_tokens=10, output_tokens=2)


@dataclass(slots=True)
class Said:
    """What a model was asked."""

    instructions: str
    turns: Sequence[Turn]
    tools: Sequence[ToolDefinition]
    timeout_seconds: float

    @property
    def results(self) -> list[ToolTurn]:
        return [turn for turn in self.turns if isinstance(turn, ToolTurn)]


Saying = str | Exception | list[tuple[str, Any]] | Callable[[Said], Any]


@dataclass(slots=True)
class Scripted:
    """A LanguageModel with a script: text ends it, a list of names and arguments calls tools, an
    exception is raised, a function makes any of these of what was said. The last entry repeats."""

    script: Sequence[Saying]
    asked: list[Said] = field(default_factory=list)
    takes_ms: int = 0
    clock: Any = None
    name: str = "scripted-for-tests"
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def reply(
        self,
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,
    ) -> ModelTurn:
        said = Said(instructions, turns, tools, timeout_seconds)
        entry = self.script[min(len(self.asked), len(self.script) - 1)]
        self.asked.append(said)
        if self.clock:
            self.clock.advance(ms=self.takes_ms)
        if callable(entry):
            entry = entry(said)
        if isinstance(entry, Exception):
            raise entry
        if isinstance(entry, str):
            return ModelTurn(text=entry, usage=USAGE, model=self.name)
        calls = [
            ToolCall(id=f"call_{next(self._ids)}", name=name, arguments=arguments)
            for name, arguments in entry
        ]
        return ModelTurn(calls=calls, usage=USAGE, model=self.name)


@contextmanager
def speaking(*script: Saying, **options: Any) -> Iterator[Scripted]:
    """Have all runs talk to one scripted model, also those of live keys."""
    model = Scripted(script, **options)
    with spoken_by(model):
        yield model


@contextmanager
def spoken_by(model: LanguageModel) -> Iterator[None]:
    """Have all runs talk to this model, at the price of the dearest."""
    choice = ModelChoice("anthropic", model.name, "advanced")
    with (
        patch.object(wiring, "language_model", lambda *_: model),
        patch.object(wiring, "model_choice", lambda *_: choice),
    ):
        yield
