"""Port for language models."""

from collections.abc import Sequence
from typing import Protocol

from outrider.language_models.models import ModelTurn, ToolDefinition, Turn


class LanguageModel(Protocol):
    """A model of a provider, with the key of a workspace."""

    @property
    def name(self) -> str:
        """Return the name of the model, such as `gpt-5`."""
        ...

    def reply(
        self,
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,
    ) -> ModelTurn:
        """Return the model's next turn.

        `instructions` is the system prompt. The call is made once and not retried. Raises
        ModelFailed with what is known about the reason, of which `is_temporary` says whether a
        later call may succeed.
        """
        ...
