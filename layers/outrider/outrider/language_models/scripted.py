"""A language model without a provider: it carries out what a message asks for by rules. Test keys
talk to it, so that what uses a model can be tried and tested without a provider."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from outrider.language_models.models import (
    ModelTurn,
    ToolCall,
    ToolDefinition,
    ToolTurn,
    Turn,
    UserTurn,
)
from outrider.language_models.sandbox_jobs import SandboxRequest, carry_out

NAME = "scripted"


class ScriptedModel:
    """A LanguageModel whose next turn follows from the turns before alone: a conversation that is
    continued elsewhere goes on as it would have here. It reads no clock and calls nobody."""

    @property
    def name(self) -> str:
        return NAME

    def reply(
        self,
        instructions: str,  # noqa: ARG002 - of the port
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,  # noqa: ARG002 - of the port
    ) -> ModelTurn:
        """Return the next turn: calls of `tools`, or the text that ends the work on the last
        message.

        The job is played from its beginning with the results that are there, up to what comes
        next. `instructions` and `timeout_seconds` mean nothing to it.
        """
        asked = max((at for at, turn in enumerate(turns) if isinstance(turn, UserTurn)), default=-1)
        if asked < 0:
            return ModelTurn(model=NAME)
        before, since = turns[:asked], turns[asked + 1 :]
        request = SandboxRequest.of(turns[asked], before, frozenset(tool.name for tool in tools))
        job = carry_out(request)
        try:
            wanted = next(job)
            for results in _results(since):
                wanted = job.send(results)
        except StopIteration as end:
            return ModelTurn(text=end.value, model=NAME)
        made = sum(isinstance(turn, ToolTurn) for turn in turns)
        calls = [
            ToolCall(id=f"call_{number}", name=each.tool, arguments=each.arguments)
            for number, each in enumerate(wanted, made + 1)
        ]
        return ModelTurn(calls=calls, model=NAME)


def _results(turns: Sequence[Turn]) -> Iterator[list[ToolTurn]]:
    """Return the results of each turn that made calls."""
    for is_result, group in groupby(turns, lambda turn: isinstance(turn, ToolTurn)):
        if is_result:
            yield [turn for turn in group if isinstance(turn, ToolTurn)]
