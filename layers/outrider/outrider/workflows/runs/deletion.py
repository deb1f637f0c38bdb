"""Deletion of workflows, which the clock of the workflow carries out."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import Contended, PreconditionFailed, Stale
from outrider.workflows.models import Workflow
from outrider.workflows.outreach import Outreach
from outrider.workflows.runs.clocks import WorkflowClocks
from outrider.workflows.runs.dispatcher import overdue_at
from outrider.workflows.runs.repository import WorkflowRunRepository
from outrider.workflows.schemas import WorkflowDeleted


@dataclass(frozen=True, slots=True)
class DeletionService:
    """Deletions of workflows of the caller's workspace."""

    caller: Caller
    runs: WorkflowRunRepository
    outreach: Outreach
    clocks: WorkflowClocks

    def delete(self, workflow_id: str, if_match: int | None) -> WorkflowDeleted:
        """Begin to delete the workflow, which is not found from then on. Its run stops, its draft
        campaign is deleted, a launched one is paused and kept. Its clock carries out the rest.

        Raises WorkflowNotFound; PreconditionFailed if the version is not `if_match`; Contended.
        """
        for _ in attempts():
            before = self.runs.workflows.require(workflow_id)
            PreconditionFailed.check(if_match, before.version)
            after = before.changed(
                deleted_at=clock.timestamp(),
                clock=before.clock + 1,
                wakes_at=overdue_at(clock.now()),
            )
            try:
                transact(
                    self.runs.workflows.change_action(before, after),
                    *self._stop_actions(before),
                    *self.outreach.release_actions(before),
                )
            except (Stale, TransactionFailed):
                continue
            self.clocks.start(after)
            return WorkflowDeleted(id=workflow_id)
        raise Contended("Others keep changing this workflow")

    def _stop_actions(self, workflow: Workflow) -> Sequence[Action]:
        """Return the write that stops the run, if one is under way."""
        if workflow.status == "idle":
            return []
        run = self.runs.require_number(workflow.id, workflow.run)
        return [self.runs.change_action(run, run.ended("stopped"))]
