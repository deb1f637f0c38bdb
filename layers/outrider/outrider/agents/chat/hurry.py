"""A language model for callers who wait."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.language_models.errors import ModelFailed
from outrider.language_models.models import ModelTurn, ToolDefinition, Turn
from outrider.language_models.port import LanguageModel


@dataclass(frozen=True, slots=True)
class HurriedModel:
    """A LanguageModel whose answers must come within the seconds that are left."""

    model: LanguageModel
    seconds_left: Callable[[], float]

    @property
    def name(self) -> str:
        return self.model.name

    def reply(
        self,
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,
    ) -> ModelTurn:
        """Return the model's next turn. Raises ModelFailed."""
        left = min(timeout_seconds, self.seconds_left())
        if left <= 0:
            raise ModelFailed("timed_out", "There was no time left for an answer")
        return self.model.reply(instructions, turns, tools, timeout_seconds=left)
