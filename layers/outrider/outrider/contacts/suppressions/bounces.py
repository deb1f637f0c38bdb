"""Addresses known to hard-bounce, shared by all live workspaces.

An address is stored as `global#bounced#<first 2 characters>` / `<SHA-256 of the address>`: neither
the address nor the workspace whose email bounced is recorded.
"""

import hashlib
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.text.addresses import folded


@dataclass(frozen=True, slots=True)
class GlobalBounces:
    """Shared list of hard bounces. A test workspace has a list of its own instead."""

    table: Table
    workspace: WorkspaceId

    def add_action(self, address: str) -> Action:
        """Return the write that records a hard bounce of the address; the time of the first one is
        kept."""
        return self.table.update_action(
            *self._place(address),
            "SET #bounced_at = if_not_exists(#bounced_at, :now)",
            now=clock.timestamp(),
        )

    def key(self, address: str) -> tuple[Table, str, str]:
        """Return the key of the address for `kit.aws.dynamodb.batch_get`."""
        return self.table, *self._place(address)

    def _place(self, address: str) -> tuple[str, str]:
        digest = hashlib.sha256(folded(address).encode()).hexdigest()
        owner = "global" if self.workspace.mode == "live" else self.workspace
        return f"{owner}#bounced#{digest[:2]}", digest
