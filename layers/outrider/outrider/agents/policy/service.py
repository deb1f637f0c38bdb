"""Operations of the API on the policy of agents."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.agents.policy.models import AgentPolicy
from outrider.agents.policy.repository import AgentPolicyRepository
from outrider.agents.policy.schemas import AgentPolicyUpdate
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.errors import Contended, PreconditionFailed, Stale


@dataclass(frozen=True, slots=True)
class AgentPolicyService:
    """The policy of the caller's workspace."""

    caller: Caller
    policies: AgentPolicyRepository

    def get(self) -> AgentPolicy:
        return self.policies.get()

    def update(self, body: AgentPolicyUpdate, if_match: int | None) -> AgentPolicy:
        """Change the fields that are given. Raises PreconditionFailed if the version is not
        `if_match`, and Contended after too many lost optimistic locks."""
        for _ in attempts():
            before = self.policies.get()
            PreconditionFailed.check(if_match, before.version)
            after = before.model_copy(
                update={
                    **dict(body.changes(before.budget)),
                    "updated_at": clock.timestamp(),
                    "version": before.version + 1,
                }
            )
            updated = self.caller.event(
                "agent.policy_updated",
                enabled=after.enabled,
                changed=[
                    name
                    for name in sorted(body.model_fields_set)
                    if getattr(before, name) != getattr(after, name)
                ],
            )
            try:
                self.policies.save(before, after, [updated], self.caller.keep_actions(after))
            except Stale:
                continue
            return after
        raise Contended("Others keep changing the policy")
