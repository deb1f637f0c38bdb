"""State of a deletion, in the item of the workspace."""

from dataclasses import dataclass

from outrider.access.models import Workspace
from outrider.deletion.models import Position
from outrider.kit.aws.attributes import changes
from outrider.kit.aws.dynamodb import ConditionFailed, Table, transact


@dataclass(frozen=True, slots=True)
class DeletionRepository:
    table: Table
    workspace_id: str

    def get(self) -> tuple[Workspace, Position] | None:
        """Return the workspace and the position of its deletion, which may not have begun."""
        item = self.table.get(self.workspace_id, "#")
        if item is None:
            return None
        return Workspace.model_validate(item), Position.model_validate(item.get("deletion", {}))

    def store(self, position: Position) -> bool:
        """Store the position. Return False if the workspace is not suspended any more."""
        update = self.table.update_action(
            self.workspace_id,
            "#",
            changes(set={"deletion": position.model_dump(exclude_none=True)}),
            "attribute_exists(#suspended_at)",
        )
        try:
            self.table.write(update)
        except ConditionFailed:
            return False
        return True

    def finish(self) -> None:
        """Delete the workspace itself, and its entry in the list of workspaces. Idempotent."""
        transact(
            self.table.delete_action(self.workspace_id, "#"),
            self.table.delete_action("workspaces", self.workspace_id),
        )
