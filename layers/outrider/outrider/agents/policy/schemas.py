"""API schemas of the policy of agents."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from outrider.agents.models import Budget
from outrider.agents.policy.models import ALLOWED
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input
from outrider.kit.text.quotes import quoted
from outrider.kit.text.suggestions import did_you_mean


def _allowed(scope: str) -> str:
    if scope not in ALLOWED:
        hint = did_you_mean(scope, ALLOWED) or f"; it can have {', '.join(ALLOWED)}"
        raise ValueError(f"{quoted(scope)} is not a scope that an agent can have{hint}")
    return scope


AgentScope = Annotated[
    str, Field(json_schema_extra={"enum": list(ALLOWED)}), AfterValidator(_allowed)
]


class BudgetInput(Input):
    """Limits of one run; those that are left out stay as they are."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    tool_calls: Annotated[int, Field(ge=1, le=20)] = Budget().tool_calls
    """Tool calls, refused ones included."""
    recipients: Annotated[int, Field(ge=0, le=50)] = Budget().recipients
    """Contacts who may get a message through what the run does without approval."""
    credits: Annotated[int, Field(ge=0, le=100)] = Budget().credits
    """Credits that its tool calls may cost."""
    model_seconds: Annotated[int, Field(ge=1, le=120)] = Budget().model_seconds
    """Seconds that the model may take for all its answers together."""

    def over(self, budget: Budget) -> Budget:
        """Return `budget` with the limits that are given."""
        return budget.model_copy(update=self.model_dump(include=self.model_fields_set))


class AgentPolicyUpdate(Input):
    """Only the given fields change, also within `budget`."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra=json_schema.CHANGES_SOMETHING
    )

    enabled: bool = True
    """Whether agents may run: false ends all runs before their next step."""
    scopes: Annotated[list[AgentScope], Field(max_length=50)] = Field(default_factory=list)
    """Scopes that a run may have; it gets those that the key which asks for it has too."""
    budget: BudgetInput = Field(default_factory=BudgetInput)
    """The most that one run may use."""

    def changes(self, budget: Budget) -> Iterator[tuple[str, Any]]:
        """Yield the fields that change and their values, given the budget so far."""
        for name in self.model_fields_set:
            yield name, self.budget.over(budget) if name == "budget" else getattr(self, name)
