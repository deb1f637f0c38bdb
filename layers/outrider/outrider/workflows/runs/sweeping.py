"""Sweep of a deleted workflow: ends the leads under way, page by page, then removes it."""

from collections.abc import Iterable
from dataclasses import dataclass

from outrider.kit.aws.dynamodb import transact
from outrider.kit.counters import total
from outrider.kit.errors import PreconditionFailed
from outrider.leads.errors import LeadNotFound
from outrider.leads.repository import LeadRepository
from outrider.workflows.models import Workflow
from outrider.workflows.runs.repository import PENDING, WorkflowRunRepository
from outrider.workflows.stages.passages import failed

DELETED = "workflow_deleted"
DELETED_DETAIL = "The workflow was deleted before the lead was through"
_AT_ONCE = 100
_ANY_TIME = "9"


@dataclass(frozen=True, slots=True)
class DeletionSweep:
    """Worker that carries out deletions in one workspace. Idempotent."""

    runs: WorkflowRunRepository
    leads: LeadRepository

    def end_leads(self, workflow: Workflow) -> bool:
        """End a page of the leads under way. Return whether there were any."""
        due, _ = self.leads.due(workflow.id, _ANY_TIME, _AT_ONCE, None)
        in_review = self.leads.in_order_of_creation(
            workflow.id, "review", "led_", newest_first=False
        )
        found = [lead.lead_id for lead in due] or [
            str(item["sk"]) for item in self.leads.page(in_review, _AT_ONCE).items
        ]
        self._end(workflow, found)
        return bool(found)

    def remove(self, workflow: Workflow) -> bool:
        """Remove the workflow, unless leads are under way. Return whether it is removed."""
        newest, shards = self.runs.pending(workflow.id)
        if newest is None:
            return True
        return not total(shards, PENDING) and self.runs.remove(newest, shards)

    def _end(self, workflow: Workflow, lead_ids: Iterable[str]) -> None:
        for lead in self.leads.get_many(lead_ids).values():
            if lead.stage is None and lead.status != "review":
                continue
            after = failed(lead, DELETED, DELETED_DETAIL)
            counts = {"failed": 1, f"failed_{DELETED}": 1, "done": int(lead.stage is not None)}
            try:
                transact(
                    *self.leads.change_actions(lead, after, ()),
                    *self.runs.count_actions(workflow, counts),
                )
            except (LeadNotFound, PreconditionFailed):
                continue
