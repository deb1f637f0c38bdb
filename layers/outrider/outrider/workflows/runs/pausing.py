"""Pausing of runs, by a person or because credits have run out, and their resumption."""

from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.credits.errors import InsufficientCredits
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.errors import Contended, Stale
from outrider.leads.models import Lead
from outrider.leads.repository import LeadRepository
from outrider.workflows.errors import WorkflowNotFound
from outrider.workflows.runs.models import RunError
from outrider.workflows.runs.repository import WorkflowRunRepository

NO_CREDITS = "insufficient_credits"


@dataclass(frozen=True, slots=True)
class RunPauser:
    """Pauses runs for which there are no credits left."""

    caller: Caller
    runs: WorkflowRunRepository
    leads: LeadRepository

    def pause_for_credits(self, claimed: Lead, shortage: InsufficientCredits) -> None:
        """Give back the lead, which keeps its stage, and pause the run if it is running, in one
        transaction. The first time in a run `workflow.error` is recorded.

        Raises LeadNotFound, and PreconditionFailed if the lead was changed meanwhile.
        """
        workflow_id = str(claimed.workflow_id)
        released = claimed.at_stage(claimed.stage, status="new")
        for _ in attempts():
            giving_back = self.leads.change_actions(claimed, released, ())
            workflow = self.runs.workflows.find(workflow_id)
            if workflow is None or workflow.deleted_at or workflow.status != "running":
                transact(*giving_back)
                return
            run = self.runs.require_number(workflow_id, workflow.run)
            error = RunError(code=NO_CREDITS, detail=shortage.detail, at=clock.timestamp())
            told = self.caller.event(
                "workflow.error",
                identity=run.id,
                **run.names(),
                code=error.code,
                detail=error.detail,
                **self.runs.counted(run).model_dump(),
            )
            paused = run.turned("paused").model_copy(update={"error": run.error or error})
            try:
                transact(
                    *giving_back,
                    self.runs.workflows.change_action(
                        workflow, workflow.changed(status="paused", paused_reason="credits")
                    ),
                    self.runs.change_action(run, paused, [] if run.error else [told]),
                )
            except (Stale, TransactionFailed, WorkflowNotFound):
                continue
            return
        raise Contended("Others keep changing this workflow")
