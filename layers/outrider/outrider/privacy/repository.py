"""Keys, expressions and items of erasures.

An erasure is `<workspace>#erased` / `con_…` in the contacts table. It is kept, so that a repeated
request returns its result and an interrupted erasure continues.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, Table
from outrider.privacy.models import Counted, Erasure


@dataclass(frozen=True, slots=True)
class ErasureRepository:
    """Erasures of one workspace."""

    table: Table
    workspace: WorkspaceId

    def get(self, contact_id: str) -> Erasure | None:
        item = self.table.get(self._pk, contact_id)
        return Erasure.model_validate(item) if item else None

    def add_action(self, erasure: Erasure) -> Action:
        item = {
            **erasure.model_dump(exclude_none=True),
            "pk": self._pk,
            "sk": erasure.contact_id,
        }
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def count(self, erasure: Erasure, counted: Counted) -> Erasure:
        """Store the counts, unless there are earlier ones, and return the erasure."""
        action = self.table.update_action(
            self._pk,
            erasure.contact_id,
            "SET #counted = if_not_exists(#counted, :counted)",
            counted=counted.model_dump(),
        )
        return Erasure.model_validate(self.table.write(action))

    def finish(self, erasure: Erasure, also: Sequence[Action] = ()) -> None:
        finished = self.table.update_action(
            self._pk,
            erasure.contact_id,
            "SET #finished_at = if_not_exists(#finished_at, :now)",
            now=clock.timestamp(),
        )
        self.table.write(finished, also)

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#erased"
