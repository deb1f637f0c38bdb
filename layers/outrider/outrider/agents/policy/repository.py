"""DynamoDB item of the policy of agents: `<workspace>` / `policy`."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.agents.policy.models import AgentPolicy
from outrider.kit import outbox
from outrider.kit.aws.dynamodb import Action, Table, TransactionFailed, transact
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event

_SK = "policy"


@dataclass(frozen=True, slots=True)
class AgentPolicyRepository:
    """Policy of one workspace; live and test mode have one each."""

    table: Table
    workspace: WorkspaceId

    def get(self) -> AgentPolicy:
        """Return the policy, or the one that holds where none was saved."""
        item = self.table.get(self.workspace, _SK)
        return AgentPolicy.model_validate(item) if item else AgentPolicy()

    def save(
        self,
        before: AgentPolicy,
        after: AgentPolicy,
        events: Sequence[Event],
        also: Sequence[Action] = (),
    ) -> None:
        """Replace the policy, with its events; `also` are further writes of the transaction. Raises
        Stale if it was changed after `before` was read."""
        item = {
            "pk": self.workspace,
            "sk": _SK,
            **after.model_dump(exclude={"object"}),
            **outbox.attribute(events),
        }
        action = self.table.put_action(
            item, "attribute_not_exists(#pk) OR #version = :before", before=before.version
        )
        try:
            transact(action, *also)
        except TransactionFailed as failure:
            raise Stale from failure
