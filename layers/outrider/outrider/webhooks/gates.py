"""Keys, expressions and items of gates: how an endpoint does, and what is under way to it.

- gate `<workspace>` / `whk_…#gate`, right behind its webhook
"""

from dataclasses import dataclass
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit.dynamo import Action, Table
from outrider.webhooks.models import Gate

SUFFIX = "#gate"


def key_of(webhook_id: str) -> str:
    return f"{webhook_id}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class GateRepository:
    """Gates of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, webhook_id: str) -> Gate | None:
        item = self.table.get(self.workspace, key_of(webhook_id))
        return Gate.model_validate(item) if item else None

    def made(self, webhook_id: str) -> Action:
        """The gate of a new webhook."""
        item: dict[str, Any] = {
            "pk": self.workspace,
            "sk": key_of(webhook_id),
            "in_flight": {},
            "failures": 0,
        }
        return self.table.put(item)

    def removed(self, webhook_id: str) -> Action:
        return self.table.delete(self.workspace, key_of(webhook_id))

    def reset(self, webhook_id: str) -> Action:
        """As if it had never failed: what waits for it may go."""
        return self.table.update(
            self.workspace,
            key_of(webhook_id),
            "SET #failures = :none REMOVE #failing_since, #not_before, #pump_until",
            "attribute_exists(#pk)",
            none=0,
        )
