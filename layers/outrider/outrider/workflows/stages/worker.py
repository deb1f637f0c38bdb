"""Worker of a stage: carries it out for one lead, once.

A worker claims the lead with a lease, does the work, and moves the lead on in one transaction with
the counters of the run. If it dies, another one claims the lead after the lease. A stage that fails
is tried again with backoff, and after MOST_ATTEMPTS the lead fails; the others are not affected.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller
from outrider.access.repository import WorkspaceRepository
from outrider.credits.errors import InsufficientCredits
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, transact
from outrider.kit.aws.sqs import Queue
from outrider.kit.errors import Contended, OutriderError, PreconditionFailed
from outrider.kit.observability.logs import logger
from outrider.leads.errors import LeadNotFound
from outrider.leads.events import decision_events
from outrider.leads.models import Lead, LeadFailure, Stage
from outrider.leads.repository import LeadRepository
from outrider.workflows.models import Workflow
from outrider.workflows.runs.pausing import RunPauser
from outrider.workflows.runs.repository import WorkflowRunRepository
from outrider.workflows.runs.sweeping import DELETED, DELETED_DETAIL
from outrider.workflows.stages.models import Omitted, Outcome, Qualified, StageFailed, StageJob
from outrider.workflows.stages.passages import Passage, failed, next_stage

LEASE = timedelta(minutes=2)
"""Lease of a worker; longer than it can run after claiming a lead."""

MOST_ATTEMPTS = 5
"""Attempts at one stage of a lead, after which it fails."""

GAVE_UP = "gave_up"
_BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""Waits after the first failed attempts; the last one repeats. A queue delays messages by 15
minutes at most."""


@dataclass(frozen=True, slots=True)
class ClaimedLead:
    """A lead that a worker has claimed, with its workflow."""

    workflow: Workflow
    lead: Lead
    settle_actions: Callable[[Outcome], list[Action]]
    """Returns the writes that move the lead on after this outcome, for the transaction that brings
    it about. They raise LeadNotFound or PreconditionFailed if the lead was changed meanwhile."""


StageWork = Callable[[ClaimedLead], Outcome | None]
"""Carries out a stage of a lead and returns its outcome, or None if it has moved the lead on with
`settle_actions`. Any exception but InsufficientCredits means that it is tried again."""


class LeadTaken(Exception):
    """Another worker has the lead, or its stage was changed, so that this one has to leave it."""


@dataclass(frozen=True, slots=True)
class StageWorker:
    """Worker of one stage in one workspace."""

    caller: Caller
    workspaces: WorkspaceRepository
    runs: WorkflowRunRepository
    leads: LeadRepository
    work: StageWork
    pauser: RunPauser
    queues: Mapping[Stage, Queue]

    def run(self, job: StageJob) -> str:
        """Carry out the stage that the message is about, unless somebody else has it, it is done,
        its workflow is paused or its workspace suspended. Return what was done, for the log."""
        workflow, lead = self.runs.with_lead(job.workflow_id, job.lead_id)
        if lead is None or (lead.workflow_id, lead.stage) != (job.workflow_id, job.stage):
            return "done_before"
        if lead.is_leased:
            if workflow and workflow.status == "idle":  # no dispatcher would find the lead
                self._queue(lead, _left_of_lease(lead))
            return "leased"
        try:
            if workflow is None:
                self.leads.change(lead, failed(lead, DELETED, DELETED_DETAIL), ())
                return "workflow_gone"
            if not _works_on(workflow, lead):
                return "waits"
            return self._carry_out(workflow, lead)
        except (LeadNotFound, PreconditionFailed, LeadTaken):
            return "taken"

    def _carry_out(self, workflow: Workflow, lead: Lead) -> str:
        if self.workspaces.is_suspended(self.caller.workspace):
            if workflow.status == "idle":  # no dispatcher would find the lead
                self._queue(lead, _BACKOFF[-1])
            return "suspended"
        if lead.stage and lead.stage not in workflow.stages:
            return self._settle(workflow, lead, Omitted(lead.stage))
        if lead.attempts >= MOST_ATTEMPTS:
            return self._settle(workflow, lead, _gave_up(lead))
        claimed = self.leads.claim(lead, LEASE, "researching" if lead.stage == "research" else None)
        for _ in attempts():
            try:
                return self._work(workflow, claimed)
            except PreconditionFailed:  # somebody changed the lead, but perhaps not its stage
                claimed = self._still(claimed)
        raise _contended()

    def _work(self, workflow: Workflow, claimed: Lead) -> str:
        """Carry out the stage of a claimed lead. Raises LeadNotFound, and PreconditionFailed if the
        lead was changed meanwhile."""
        try:
            outcome = self.work(self._claimed(workflow, claimed))
        except InsufficientCredits as shortage:
            self.pauser.pause_for_credits(claimed, shortage)
            return "no_credits"
        except (LeadNotFound, PreconditionFailed):
            raise
        except Exception as error:  # whatever fails for one lead, the others go on
            logger().exception("a stage failed", lead_id=claimed.id, attempt=claimed.attempts)
            return self._put_off(workflow, claimed, error)
        if outcome is None:
            return "done"
        return self._settle(workflow, claimed, outcome)

    def _claimed(self, workflow: Workflow, claimed: Lead) -> ClaimedLead:
        def settle_actions(outcome: Outcome) -> list[Action]:
            passage = next_stage(workflow, claimed, outcome)
            return self._passage_actions(workflow, claimed, passage)

        return ClaimedLead(workflow, claimed, settle_actions)

    def _settle(self, workflow: Workflow, claimed: Lead, outcome: Outcome) -> str:
        """Move the lead on, and queue its next stage. If the lead was changed meanwhile, but not
        its stage, the outcome is applied to it as it is now."""
        lead = claimed
        with _charging(outcome) as commit:
            for _ in attempts():
                passage = next_stage(workflow, lead, outcome)
                try:
                    commit(self._passage_actions(workflow, lead, passage))
                except PreconditionFailed:
                    lead = self._still(claimed)
                    continue
                self._queue(passage.lead)
                return type(outcome).__name__.lower()
            raise _contended()

    def _still(self, claimed: Lead) -> Lead:
        """Return the lead as it is now. Raises LeadTaken if this worker does not have it any
        more."""
        lead = self.leads.get(claimed.id)
        if lead is None or not lead.is_claimed_as(claimed):
            raise LeadTaken
        return lead

    def _passage_actions(self, workflow: Workflow, lead: Lead, passage: Passage) -> list[Action]:
        events = decision_events(self.caller, lead, passage.lead)
        return [
            *self.leads.change_actions(lead, passage.lead, events),
            *self.runs.count_actions(workflow, passage.counts),
        ]

    def _put_off(self, workflow: Workflow, claimed: Lead, error: Exception) -> str:
        """Record why the attempt failed, and have the stage tried again later; after the last
        attempt the lead fails."""
        lead = self._still(claimed)
        failure = LeadFailure(code="error", detail=_explained(error))
        noted = lead.model_copy(update={"failure": failure})
        if lead.attempts >= MOST_ATTEMPTS:
            return self._settle(workflow, lead, _gave_up(noted))
        wait = _BACKOFF[min(lead.attempts, len(_BACKOFF)) - 1]
        until = clock.to_text(clock.now() + wait)
        status = "new" if lead.status == "researching" else lead.status
        self.leads.change(lead, lead.changed(lease_until=until, failure=failure, status=status), ())
        self._queue(lead, wait)
        return "put_off"

    def _queue(self, lead: Lead, wait: timedelta = timedelta()) -> None:
        """Queue the stage of a lead. If this fails, the dispatcher finds the lead."""
        if lead.stage is None:
            return
        job = StageJob(
            workspace=self.caller.workspace,
            workflow_id=str(lead.workflow_id),
            lead_id=lead.id,
            stage=lead.stage,
        )
        self.queues[lead.stage].send([job.queued(wait)])


@contextmanager
def _charging(outcome: Outcome) -> Iterator[Callable[[Sequence[Action]], None]]:
    """Provide the function that carries out the writes of an outcome in one transaction, which
    charges what the outcome costs. The credits are released if the block raises an error."""
    if not isinstance(outcome, Qualified) or outcome.paid is None:
        yield lambda actions: transact(*actions)
        return
    with outcome.paid.released_on_failure():
        yield outcome.paid.post


def _works_on(workflow: Workflow, lead: Lead) -> bool:
    """Return whether the workflow takes leads on: while a run is under way, and those that a person
    has approved also between runs."""
    if workflow.deleted_at:
        return False
    return workflow.status == "running" or (
        workflow.status == "idle" and lead.stage == "contact" and lead.approved_at is not None
    )


def _left_of_lease(lead: Lead) -> timedelta:
    """Return the time until the lease ends, rounded up to seconds, as far as a queue can delay."""
    left = clock.from_text(lead.lease_until or "") - clock.now()
    return min(timedelta(seconds=left // timedelta(seconds=1) + 1), _BACKOFF[-1])


def _contended() -> Contended:
    return Contended("Others keep changing this lead")


def _gave_up(lead: Lead) -> StageFailed:
    last = lead.failure.detail if lead.failure else "The worker ended before it was through"
    return StageFailed(GAVE_UP, f"Given up after {lead.attempts} attempts. The last one: {last}")


def _explained(error: Exception) -> str:
    """Return what went wrong in words that a user may see."""
    if isinstance(error, OutriderError):
        return error.detail
    return f"An unexpected error ({type(error).__name__})"
