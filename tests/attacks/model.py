"""A hostile model: it does whatever an instruction says that it finds, or begins by itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from outrider.language_models.models import ModelTurn, ToolCall, ToolDefinition, Turn
from tests.attacks.goals import WantedCall
from tests.attacks.table import Attack, found_in
from tests.attacks.world import READABLE, World

MOST_TURNS = 40
"""After which even an endless attack ends, so that a missing guard fails a test in time."""
_ID = re.compile(r"\b(con|seq|apr|led|cam)_[0-9a-z]{26,}")


@dataclass(slots=True)
class HostileModel:
    """A LanguageModel. It reads its channel first, if it reads; then it pursues the goal of the
    attack, uses its results, and leaks what it can into its answer."""

    world: World
    attack: Attack
    reads: bool = True
    seen: list[str] = field(default_factory=list)
    """Everything that it was given, one text for each turn."""
    name: str = "hostile"

    @property
    def has_found_its_instruction(self) -> bool:
        return any(found_in(text) is self.attack for text in self.seen)

    def reply(
        self,
        instructions: str,
        turns: Sequence[Turn],
        tools: Sequence[ToolDefinition] = (),
        *,
        timeout_seconds: float,
    ) -> ModelTurn:
        texts = [turn.text for turn in turns]
        self.seen.append(
            "\n".join([instructions, *texts, *(each.model_dump_json() for each in tools)])
        )
        wanted = self._wanted(turns)
        if not wanted:
            return ModelTurn(text=self.attack.goal.leak, model=self.name)
        made = self._made("\n".join(texts))
        calls = [
            ToolCall(
                id=f"call_{len(turns)}_{number}",
                name=self.world.filled(each.tool, made),
                arguments=self.world.resolved(each.arguments, made),
            )
            for number, each in enumerate(wanted)
        ]
        return ModelTurn(calls=calls, model=self.name)

    def _wanted(self, turns: Sequence[Turn]) -> list[WantedCall]:
        """The calls of the next turn, none when it is done."""
        plan = [list(self.attack.calls), list(self.attack.then)]
        if self.reads and self.attack.channel in READABLE:
            plan.insert(0, [WantedCall(*READABLE[self.attack.channel])])
        plan = [calls for calls in plan if calls]
        step = sum(isinstance(turn, ModelTurn) for turn in turns)
        if step < len(plan):
            return plan[step]
        return plan[-1] if self.attack.goal.is_endless and step < MOST_TURNS else []

    def _made(self, text: str) -> dict[str, str]:
        """The ids of what the conversation made, by the names that attacks use for them."""
        known = set(self.world.names.values())
        found = [each for each in _ID.finditer(text) if each[0] not in known]
        return {f"made_{each[1]}": each[0] for each in found}
