"""Runs of workflows: started, paused, resumed, and shown."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from outrider.access.models import Caller
from outrider.credits.models import price
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import TransactionFailed, transact
from outrider.kit.counters import total
from outrider.kit.errors import Contended, PreconditionFailed, Stale
from outrider.kit.http.pagination import Page, PageQuery, Sealer
from outrider.leads.repository import LeadRepository
from outrider.workflows.errors import WorkflowNotFound
from outrider.workflows.models import Workflow
from outrider.workflows.runs.clocks import WorkflowClocks
from outrider.workflows.runs.dispatcher import overdue_at
from outrider.workflows.runs.errors import NoRun, RunUnderWay
from outrider.workflows.runs.models import WorkflowRun
from outrider.workflows.runs.outreach import CampaignTurner
from outrider.workflows.runs.repository import PENDING, WorkflowRunRepository
from outrider.workflows.runs.schemas import (
    RunAnswer,
    RunEstimate,
    RunRequest,
    RunView,
)
from outrider.workflows.schemas import WorkflowView

_MOST_TOLD_APART = 5_000
_ANY_TIME = "9"


@dataclass(frozen=True, slots=True)
class WorkflowRunService:
    """Runs of the workflows of the caller's workspace. `has_provider` returns whether it has a
    provider of language models, which writes rationales for credits."""

    caller: Caller
    runs: WorkflowRunRepository
    leads: LeadRepository
    campaign: CampaignTurner
    clocks: WorkflowClocks
    has_provider: Callable[[], bool]

    def run(self, workflow_id: str, request: RunRequest, if_match: int | None = None) -> RunAnswer:
        """Start a run of the workflow over its pending leads, or only estimate it. If contacting is
        one of its stages, its campaign is launched first.

        Raises: WorkflowNotFound; PreconditionFailed if it is not at version `if_match`;
        RunUnderWay; those of the launch, such as MailboxPoolNotWarmed;
        Contended.
        """
        if request.dry_run:
            workflow = self.runs.workflows.require(workflow_id)
            return RunAnswer(
                workflow_id=workflow_id, dry_run=True, run=None, estimate=self._estimate(workflow)
            )
        self.caller.begin()
        for _ in attempts():
            workflow = self.runs.workflows.require(workflow_id)
            PreconditionFailed.check(if_match, workflow.version)
            if workflow.status != "idle":
                raise RunUnderWay(workflow.status)
            self.campaign.launch(workflow)
            estimate = self._estimate(workflow)
            after = self._ticking(workflow, status="running", run=workflow.run + 1)
            run = WorkflowRun.new(workflow_id, after.run, self.caller.actor)
            started = self.caller.event(
                "workflow.started", identity=run.id, **run.names(), pending=estimate.pending
            )
            answer = RunAnswer(
                workflow_id=workflow_id,
                dry_run=False,
                run=RunView.of(run, {}, estimate.pending),
                estimate=estimate,
            )
            try:
                transact(
                    self.runs.workflows.change_action(workflow, after),
                    self.runs.add_action(run, [started]),
                    *self.caller.keep_actions(answer),
                )
            except (Stale, TransactionFailed):
                continue
            self.clocks.start(after)
            return answer
        raise _contended()

    def run_or_resume(self, workflow_id: str, request: RunRequest) -> RunAnswer | WorkflowView:
        """Start a run as `run` does, or resume the one that is paused. Raises what they raise."""
        try:
            return self.run(workflow_id, request)
        except RunUnderWay as refused:
            if not refused.is_paused:
                raise
            return self.resume(workflow_id)

    def pause(self, workflow_id: str) -> WorkflowView:
        """Pause the run, and the workflow's campaign with it, also if the run has paused by itself.
        Stages that workers have begun are carried out; nothing else begins. Idempotent.

        Raises: WorkflowNotFound, NoRun, Contended.
        """
        return self._turn(workflow_id, "paused")

    def resume(self, workflow_id: str, if_match: int | None = None) -> WorkflowView:
        """Resume the run, and the workflow's campaign if it was paused with it. Idempotent.

        Raises: WorkflowNotFound; PreconditionFailed if it is not at version `if_match`; NoRun,
        Contended.
        """
        return self._turn(workflow_id, "running", if_match)

    def list(self, workflow_id: str, query: PageQuery) -> Page[RunView]:
        """Return a page of the runs of a workflow, newest first. Raises WorkflowNotFound, and
        ValidationFailed if the cursor is invalid."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/{workflow_id}/runs")
        after = sealer.after(query)
        _, pending = self._pending(workflow_id)
        found, place = self.runs.list(workflow_id, query.limit, after)
        return sealer.page(query, self._views(found, pending), place)

    def get(self, workflow_id: str, run_id: str) -> RunView:
        """Return a run of a workflow. Raises WorkflowNotFound, and RunNotFound."""
        _, pending = self._pending(workflow_id)
        (view,) = self._views([self.runs.require(workflow_id, run_id)], pending)
        return view

    def _turn(
        self,
        workflow_id: str,
        status: Literal["paused", "running"],
        if_match: int | None = None,
    ) -> WorkflowView:
        for _ in attempts():
            workflow, rescoring = self.runs.workflows.with_rescoring(workflow_id)
            PreconditionFailed.check(if_match, workflow.version)
            if workflow.status == "idle":
                raise NoRun("paused" if status == "paused" else "resumed", workflow.status)
            if workflow.status == status and workflow.paused_reason in (None, "person"):
                return WorkflowView.of(workflow, rescoring)
            after = (
                workflow.changed(status="paused", paused_reason="person")
                if status == "paused"
                else self._ticking(workflow, status="running", paused_reason=None)
            )
            view = WorkflowView.of(after, rescoring)
            run = self.runs.require_number(workflow_id, workflow.run)
            try:
                transact(
                    self.runs.workflows.change_action(workflow, after),
                    self.runs.change_action(run, run.turned(status)),
                    *self.campaign.turn_actions(workflow, status),
                    *self.caller.keep_actions(view),
                )
            except (Stale, TransactionFailed):
                continue
            if status == "running":
                self.clocks.start(after)
            return view
        raise _contended()

    def _ticking(self, workflow: Workflow, **changes: object) -> Workflow:
        """Return the workflow with these changes and a new clock."""
        return workflow.changed(
            **changes, clock=workflow.clock + 1, wakes_at=overdue_at(clock.now())
        )

    def _pending(self, workflow_id: str) -> tuple[Workflow, int]:
        """Return the workflow and the number of its pending leads. Raises WorkflowNotFound."""
        workflow, shards = self.runs.pending(workflow_id)
        if workflow is None or workflow.deleted_at:
            raise WorkflowNotFound
        return workflow, total(shards, PENDING)

    def _views(self, runs: Sequence[WorkflowRun], pending: int) -> Sequence[RunView]:
        counted = self.runs.counts(runs)
        return [RunView.of(run, counted[run.id], pending) for run in runs]

    def _estimate(self, workflow: Workflow) -> RunEstimate:
        _, pending = self._pending(workflow.id)
        due, _ = self.leads.due(workflow.id, _ANY_TIME, _MOST_TOLD_APART, None)
        stages = Counter[str](dict.fromkeys(workflow.stages, 0))
        stages.update(lead.stage for lead in due)
        stages[workflow.first_stage] += max(pending - len(due), 0)
        return RunEstimate(
            pending=pending, stages=stages, most_credits=self._most_credits(workflow, stages)
        )

    def _most_credits(self, workflow: Workflow, stages: Mapping[str, int]) -> int:
        """Return what leads cost at most that come next to these stages."""
        if self.caller.workspace.mode != "live":
            return 0
        to_research = stages.get("research", 0)
        to_qualify = to_research + stages.get("qualify", 0) if "qualify" in workflow.stages else 0
        most = to_research * price("research")
        if to_qualify and self.has_provider():
            most += to_qualify * price("qualify")
        return most


def _contended() -> Contended:
    return Contended("Others keep changing this workflow")
