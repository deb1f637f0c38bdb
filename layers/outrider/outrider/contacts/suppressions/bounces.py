"""Addresses that do not exist, learned from hard bounces and kept for all workspaces.

An address is `global#bounced#<first 2 characters>` / `<its SHA-256>`: none is written down, and
nobody can tell whose mail it was that bounced.
"""

import hashlib
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, Table
from outrider.kit.text.addresses import folded


@dataclass(frozen=True, slots=True)
class GlobalBounces:
    """The list as one workspace sees it: a sandbox has one of its own, and tells the others
    nothing."""

    table: Table
    workspace: WorkspaceId

    def add_action(self, address: str) -> Action:
        """That a mail to the address was refused for good; the first time stays."""
        return self.table.update_action(
            *self._place(address),
            "SET #bounced_at = if_not_exists(#bounced_at, :now)",
            now=clock.timestamp(),
        )

    def key(self, address: str) -> tuple[Table, str, str]:
        """Where the address would be, for `kit.aws.dynamodb.batch_get`."""
        return self.table, *self._place(address)

    def _place(self, address: str) -> tuple[str, str]:
        digest = hashlib.sha256(folded(address).encode()).hexdigest()
        owner = "global" if self.workspace.mode == "live" else self.workspace
        return f"{owner}#bounced#{digest[:2]}", digest
