"""Keys, expressions and items of workflows, which are in the table of their leads.

A workflow is the item `<workspace>` / `wfl_…`. The counters of its run number 12 are
`<workspace>#wfl_…#000012` / `count#<shard>`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.kit import ids, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import Action, Query, Table
from outrider.kit.counters import Counters
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event
from outrider.kit.sweeps.running import running_pk
from outrider.leads.rescoring.models import Rescoring
from outrider.leads.rescoring.repository import key_of
from outrider.workflows.errors import WorkflowNotFound
from outrider.workflows.models import Workflow, WorkflowStatus


@dataclass(frozen=True, slots=True)
class WorkflowRepository:
    """Workflows of one workspace."""

    table: Table
    workspace: WorkspaceId

    def find(self, workflow_id: str) -> Workflow | None:
        """Return the workflow, also while it is being deleted, or None; strongly consistent."""
        if not ids.is_id("wfl", workflow_id):
            return None
        item = self.table.get(self.workspace, workflow_id)
        return Workflow.model_validate(item) if item else None

    def require(self, workflow_id: str) -> Workflow:
        """Return the workflow. Raises WorkflowNotFound, also while it is being deleted."""
        return _open(self.find(workflow_id))

    def with_rescoring(self, workflow_id: str) -> tuple[Workflow, Rescoring | None]:
        """Return the workflow with the last rescoring by its own profile, in one call. Raises
        WorkflowNotFound, also while the workflow is being deleted."""
        if not ids.is_id("wfl", workflow_id):
            raise WorkflowNotFound
        keys = workflow_id, key_of(workflow_id)
        workflow, job = map(self.table.get_all(self.workspace, keys).get, keys)
        return (
            _open(Workflow.model_validate(workflow) if workflow else None),
            Rescoring.model_validate(job) if job else None,
        )

    def several(self, workflow_ids: Iterable[str]) -> dict[str, Workflow]:
        """Return those of the workflows that exist and are not being deleted, by id."""
        found = self.table.get_all(self.workspace, workflow_ids)
        workflows = map(Workflow.model_validate, found.values())
        return {each.id: each for each in workflows if not each.deleted_at}

    def key(self, workflow_id: str) -> tuple[Table, str, str]:
        """Return the key of a workflow, for `kit.aws.dynamodb.batch_get`."""
        return self.table, self.workspace, workflow_id

    def list(
        self, status: WorkflowStatus | None, limit: int, after: Item | None
    ) -> tuple[list[Workflow], Item | None]:
        """Return a page of workflows, newest first, and the key to continue after."""
        of_status = " AND #status = :status" if status else ""
        page = self.table.page(
            Query(
                self.workspace,
                "begins_with(#sk, :prefix)",
                {"prefix": "wfl_", **({"status": status} if status else {})},
                filter=f"attribute_not_exists(#deleted_at){of_status}",
                newest_first=True,
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Workflow.model_validate(item) for item in page.items], page.last_key

    def add_action(self, workflow: Workflow) -> Action:
        """Return the put of a new workflow."""
        item = {**_stored(workflow), "pk": self.workspace, "sk": workflow.id}
        return self.table.put_action(item, "attribute_not_exists(#pk)")

    def change_action(
        self, before: Workflow, after: Workflow, events: Sequence[Event] = ()
    ) -> Action:
        """Return the update from `before` to `after`. The transaction raises WorkflowNotFound if
        the workflow was removed, and Stale if it was changed since it was read."""
        was, is_ = _stored(before), _stored(after)
        set_: dict[str, Any] = {
            name: value for name, value in is_.items() if value != was.get(name)
        } | outbox.attribute(events)
        removed = [*(was.keys() - is_.keys()), *([] if events else ["_events"])]
        update = self.table.update_action(
            self.workspace,
            before.id,
            changes(set=set_, remove=removed),
            "#version = :seen",
            seen=before.version,
        )
        return replace(update, refused=lambda item: Stale(item) if item else WorkflowNotFound())

    def remove_action(self, workflow: Workflow) -> Action:
        """Return the delete of a workflow, with the condition that it is as it was read."""
        return self.table.delete_action(
            self.workspace, workflow.id, "#version = :seen", seen=workflow.version
        )

    def check_open_action(self, workflow_id: str) -> Action:
        """Return the condition check that the workflow exists and is not being deleted. The
        transaction raises WorkflowNotFound if not."""
        check = self.table.check_action(
            self.workspace,
            workflow_id,
            "attribute_exists(#pk) AND attribute_not_exists(#deleted_at)",
        )
        return check.or_raise(WorkflowNotFound())

    def run_counters(self, workflow_id: str, run: int) -> Counters:
        """Return the counters of a run of a workflow, by its number."""
        return Counters(self.table, f"{self.workspace}#{workflow_id}#{run:06d}")


def _open(workflow: Workflow | None) -> Workflow:
    """Return the workflow. Raises WorkflowNotFound without one, or if it is being deleted."""
    if workflow is None or workflow.deleted_at:
        raise WorkflowNotFound
    return workflow


def _stored(workflow: Workflow) -> Item:
    """Return the fields of an item, with its place in the index of workflows that have a clock."""
    item = workflow.model_dump(exclude_none=True)
    if workflow.has_clock:
        item |= {"by_running_pk": running_pk(workflow.id), "by_running_sk": workflow.wakes_at}
    return item
