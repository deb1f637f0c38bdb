"""The policy of agents in a workspace."""

from collections.abc import Sequence
from typing import Literal

from pydantic import ConfigDict

from outrider.access import scopes
from outrider.agents.models import Budget
from outrider.kit.models import Model

FORBIDDEN: frozenset[str] = frozenset(
    {"*", "api_keys:write", "llm:write", "chat", "agent", "mailboxes:write", "webhooks:write"}
)
"""Scopes that no agent has: it neither makes keys, nor changes its own policy or provider, nor
starts agents, nor sets where email is sent from or events go to."""

ALLOWED: tuple[str, ...] = tuple(
    each
    for each in scopes.ALL
    if each not in FORBIDDEN and not any(scopes.covers([each], other) for other in FORBIDDEN)
)
"""All scopes that an agent can have."""


class AgentPolicy(Model):
    """What agents of the workspace may do at most."""

    model_config = ConfigDict(frozen=True)

    object: Literal["agent_policy"] = "agent_policy"
    enabled: bool = True
    """Whether agents may run. When it becomes false, runs end before their next step."""
    scopes: Sequence[str] = ALLOWED
    """Scopes that a run may have; it gets those that its API key has too."""
    budget: Budget = Budget()
    """The most that one run may use."""
    updated_at: str | None = None
    """When it was last changed; null for the policy that holds until then."""
    version: int = 0

    def grants(self, granted: Sequence[str] | frozenset[str]) -> Sequence[str]:
        """Return the scopes of a run that a key with the scopes `granted` asks for."""
        both = scopes.common(granted, self.scopes) - FORBIDDEN
        return [each for each in ALLOWED if each in both]
