"""Service that deletes a workspace, in turns that can be interrupted at any point."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Workspace
from outrider.deletion.models import DeletionProgress, Position, WorkspaceDelete
from outrider.deletion.repository import DeletionRepository
from outrider.deletion.stores import Owned, Store
from outrider.kit import clock
from outrider.kit.errors import Conflict, ResourceNotFound, ValidationFailed

SUSPENDED_FOR = timedelta(minutes=15)
"""Minimum time between suspension and deletion. Whatever was under way at the suspension has ended
by then: no function runs for longer."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WorkspaceDeletion:
    """Deletion of one workspace.

    All stores are passed over, the table of keys last; then again, until a pass finds nothing that
    a straggler has written. The position is stored after each page. The workspace itself goes last,
    so until then the deletion can be continued.
    """

    state: DeletionRepository
    stores: Sequence[Store]
    key_ids: Callable[[str], frozenset[str]]

    def delete(self, request: WorkspaceDelete, enough_time: Callable[[], bool]) -> DeletionProgress:
        """Delete the workspace as long as there is time. Return the progress.

        Raises ResourceNotFound; ValidationFailed if `confirm` is not its name; Conflict if it is
        not suspended, or has only just been; StoreFailed, ObjectsFailed.
        """
        found = self.state.get()
        if found is None:
            raise ResourceNotFound("There is no workspace with this id, or it is deleted")
        workspace, position = found
        _require_ready(workspace, request.confirm)
        owned = Owned(workspace.id, self.key_ids(workspace.id))
        while enough_time():
            position = self._delete_page(owned, position)
            if position.store == len(self.stores):
                if not position.found:
                    self.state.finish()
                    return _progress(workspace, position, done=True)
                position = Position(deleted=position.deleted)
            if not self.state.store(position):
                raise Conflict("The workspace was resumed, or another call has deleted it")
        return _progress(workspace, position, done=False)

    def _delete_page(self, owned: Owned, position: Position) -> Position:
        count, after = self.stores[position.store].delete_page(owned, position.after)
        return Position(
            store=position.store + (after is None),
            after=after,
            found=position.found + count,
            deleted=position.deleted + count,
        )


def _require_ready(workspace: Workspace, confirm: str) -> None:
    """Raise ValidationFailed or Conflict if the workspace may not be deleted now."""
    if confirm != workspace.name:
        raise ValidationFailed.at(
            "/confirm", f'confirm must be the name of the workspace, "{workspace.name}"'
        )
    if workspace.suspended_at is None:
        raise Conflict("Suspend the workspace first (suspend_workspace), and wait 15 minutes")
    left = clock.from_text(workspace.suspended_at) + SUSPENDED_FOR - clock.now()
    if left > timedelta():
        raise Conflict(
            f"What was under way may still write: delete it in {-(-left // _MINUTE)} minutes"
        )


def _progress(workspace: Workspace, position: Position, *, done: bool) -> DeletionProgress:
    return DeletionProgress(workspace_id=workspace.id, done=done, deleted=position.deleted)
