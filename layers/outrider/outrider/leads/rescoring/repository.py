"""Items of rescorings: `<workspace>` / `rescoring#wfl_…`, or `rescoring#` for the profile of the
workspace."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import outbox
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import HOLDER, Action, ConditionFailed, Table
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event
from outrider.leads.rescoring.models import Rescoring


@dataclass(frozen=True, slots=True)
class RescoringRepository:
    """Rescorings of one workspace: the last one of each profile."""

    table: Table
    workspace: WorkspaceId

    def get(self, workflow_id: str | None) -> Rescoring | None:
        """Return the last rescoring by the profile of a workflow, or by that of the workspace."""
        item = self.table.get(self.workspace, key_of(workflow_id))
        return Rescoring.model_validate(item) if item else None

    def begin_action(self, job: Rescoring, events: Sequence[Event]) -> Action:
        """Return the write that begins a rescoring, in place of one for an earlier profile.
        `events` has the event that starts the worker."""
        return self.table.put_action({**self._item(job), **outbox.attribute(events)})

    def advance(self, before: Rescoring, **reached: object) -> Rescoring:
        """Record progress, and return the rescoring as it is then. Raises Stale if another worker
        recorded some meanwhile, or if the profile was changed again."""
        after = before.model_copy(update={**reached, "step": before.step + 1})
        put = self.table.put_action(
            {**self._item(after), HOLDER: secrets.token_hex(8)},
            "#id = :id AND #step = :seen",
            id=before.id,
            seen=before.step,
        )
        try:
            self.table.write(put)
        except ConditionFailed as refused:
            raise Stale from refused
        return after

    def _item(self, job: Rescoring) -> Item:
        fields = job.model_dump(exclude_none=True)
        return {**fields, "pk": self.workspace, "sk": key_of(job.workflow_id)}


def key_of(workflow_id: str | None) -> str:
    """Return the sort key of the rescorings by the profile of a workflow, or by that of the
    workspace."""
    return f"rescoring#{workflow_id or ''}"
