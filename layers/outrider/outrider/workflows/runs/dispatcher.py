"""Dispatcher of a workflow: puts leads that are due into the queues of their stages, and completes
the run when none is left."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import ConfigDict

from outrider.access.models import Caller
from outrider.access.repository import WorkspaceRepository
from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import try_transact
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.counters import total
from outrider.kit.models import Model
from outrider.leads.models import Stage
from outrider.leads.repository import DueLead, LeadRepository
from outrider.workflows.models import Workflow
from outrider.workflows.runs.repository import PENDING, WorkflowRunRepository
from outrider.workflows.runs.sweeping import DeletionSweep
from outrider.workflows.stages.models import StageJob

MAX_ROUNDS = 500
WINDOW = 500
"""Maximum number of leads of one workflow that wait in the queues; the others wait in the table, so
that a pause holds at once and a lost message costs little."""

_JUST_QUEUED = timedelta(seconds=5)
"""Time for which a lead at a new stage is left to the worker that brought it there, which queues it
itself."""

_AGAIN = timedelta(minutes=15)
"""Time after which leads that were queued and not claimed are queued again: their messages may be
lost."""

_SHORT, _FULL = timedelta(seconds=2), timedelta(seconds=5)
"""Waits after a round that queued leads, if few or WINDOW of them are in the queues."""

_LONGEST = timedelta(seconds=20)

_SUSPENDED = timedelta(minutes=15)
"""Wait until the next round of a workspace that the operator has suspended."""

_SIGN_OF_LIFE = timedelta(minutes=5)
"""How long a clock may stay silent before it is replaced."""


class WorkflowRound(Model):
    """Input of a round, passed by the state machine: `clock` is the number of the execution,
    `round` that of the round within it. `after` is the place in the work index of the last lead
    that was queued, since `began`; `waiting` is how many leads were due in the last round, and
    `still` the number of rounds since the last one in which something moved."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: str
    workflow_id: str
    clock: int
    round: int
    after: str = ""
    began: str = ""
    waiting: int = 0
    still: int = 0


class FirstWorkflowRound(WorkflowRound):
    """Input of an execution, which waits until `wait_until` before its first round."""

    wait_until: str


class NextWorkflowRound(WorkflowRound):
    """Output of a round: the state machine waits until `wait_until`, stops, or starts the execution
    `successor_name`."""

    next: Literal["wait", "stop", "successor"]
    wait_until: str = ""
    successor_name: str = ""
    queued: int = 0


def execution_name(workflow_id: str, number: int) -> str:
    """Return the name of the execution that is the clock with this number. Step Functions starts
    it only once."""
    return f"{workflow_id}-{number}"


def overdue_at(wakes: datetime) -> str:
    """Return when a clock that wakes at `wakes` is overdue."""
    return clock.to_text(wakes + _SIGN_OF_LIFE)


@dataclass(frozen=True, slots=True)
class WorkflowDispatcher:
    """Dispatcher of one workflow, called once for each round of its state machine."""

    caller: Caller
    workspaces: WorkspaceRepository
    runs: WorkflowRunRepository
    leads: LeadRepository
    queues: Mapping[Stage, Queue]
    deletion: DeletionSweep

    def dispatch(self, this: WorkflowRound) -> NextWorkflowRound:
        """Carry out the round and return its output. A clock that was replaced stops, as does one
        of a workflow that is paused or has completed its run. While the workspace is suspended,
        rounds queue nothing."""
        workflow = self.runs.workflows.find(this.workflow_id)
        if workflow is None or not workflow.has_clock:
            return _stop(this)
        if this.round >= MAX_ROUNDS:
            return self._hand_over(this, workflow)
        if workflow.clock != this.clock:
            return _stop(this)
        if workflow.deleted_at:
            return self._delete(this, workflow)
        return self._run(this, workflow)

    def _run(self, this: WorkflowRound, workflow: Workflow) -> NextWorkflowRound:
        """Queue the leads that are due, unless the workspace is suspended, or complete the run."""
        if self.workspaces.is_suspended(self.caller.workspace):
            return self._go_on(this, workflow, _SUSPENDED)
        now = clock.now()
        due, queued, after, began = self._queue(this, now)
        if not due and self._complete(workflow):
            return _stop(this)
        moved = bool(queued) or len(due) != this.waiting
        return self._go_on(
            this,
            workflow,
            after=after,
            began=began,
            waiting=len(due),
            still=0 if moved else this.still + 1,
            queued=queued,
        )

    def _delete(self, this: WorkflowRound, workflow: Workflow) -> NextWorkflowRound:
        """End leads of a deleted workflow, and remove it when two rounds in a row found none: the
        indexes of leads are eventually consistent, and leads in review are counted nowhere else."""
        if self.deletion.end_leads(workflow):
            return self._go_on(this, workflow, still=0)
        if this.still and self.deletion.remove(workflow):
            return _stop(this)
        return self._go_on(this, workflow, still=this.still + 1)

    def _queue(self, this: WorkflowRound, now: datetime) -> tuple[Sequence[DueLead], int, str, str]:
        """Queue the due leads that are not in a queue yet. Return the due leads, how many were
        queued, and the new values of `after` and `began`.

        Leads are read in the order in which they became due, and one leaves this order when a
        worker claims it. So those up to `after` are in the queues.
        """
        until = clock.to_text(now - _JUST_QUEUED)
        due, _ = self.leads.due(this.workflow_id, until, WINDOW, None)
        after, began = this.after, this.began
        if not began or clock.from_text(began) <= now - _AGAIN:
            after, began = "", clock.to_text(now)
        new = [lead for lead in due if lead.place > after]
        of_stage = defaultdict[Stage, list[QueueMessage]](list)
        for lead in new:
            job = StageJob(
                workspace=this.workspace,
                workflow_id=this.workflow_id,
                lead_id=lead.lead_id,
                stage=lead.stage,
            )
            of_stage[lead.stage].append(job.queued())
        for stage, messages in of_stage.items():
            self.queues[stage].send(messages)
        return due, len(new), new[-1].place if new else after, began

    def _complete(self, workflow: Workflow) -> bool:
        """Complete the run if no lead is pending. Return whether the clock can stop: also if
        another worker has completed or paused it."""
        newest, shards = self.runs.pending(workflow.id)
        if newest is None or newest.clock != workflow.clock or newest.status != "running":
            return True
        if total(shards, PENDING):
            return False
        return self._end(newest, shards)

    def _end(self, workflow: Workflow, shards: Sequence[Item]) -> bool:
        """Complete the run, unless a lead got a stage since `shards` were read or the workflow was
        changed. Return False then."""
        run = self.runs.require_number(workflow.id, workflow.run)
        counts = self.runs.counted(run).model_dump()
        completed = self.caller.event(
            "workflow.completed", identity=run.id, **run.names(), **counts
        )
        return try_transact(
            self.runs.workflows.change_action(workflow, workflow.changed(status="idle")),
            self.runs.change_action(run, run.ended("completed"), [completed]),
            *self.runs.check_pending_unchanged_actions(workflow.id, shards),
        )

    def _go_on(
        self,
        this: WorkflowRound,
        workflow: Workflow,
        wait: timedelta | None = None,
        **progress: Any,
    ) -> NextWorkflowRound:
        """Return the output that has the next round start after `wait`, by default in time for what
        moves, after recording that the clock lives. It stops if it was replaced."""
        following = NextWorkflowRound(
            **{**this.model_dump(), "round": this.round + 1, **progress}, next="wait"
        )
        wakes = clock.now() + (wait or _wait(following))
        if workflow.wakes_at < clock.to_text(wakes + _SIGN_OF_LIFE / 2) and not (
            self.runs.keep_clock(workflow, overdue_at(wakes))
        ):
            return _stop(this)
        return following.model_copy(update={"wait_until": clock.to_text(wakes)})

    def _hand_over(self, this: WorkflowRound, workflow: Workflow) -> NextWorkflowRound:
        """Replace this execution by a new one, because the history of an execution is limited.
        Idempotent: a retry after a crash returns the same output."""
        if workflow.clock == this.clock:
            self.runs.next_clock(workflow, overdue_at(clock.now()))
        elif workflow.clock != this.clock + 1:
            return _stop(this)
        return NextWorkflowRound(
            **this.model_dump(),
            next="successor",
            wait_until=clock.timestamp(),
            successor_name=execution_name(this.workflow_id, this.clock + 1),
        )


def _wait(following: NextWorkflowRound) -> timedelta:
    """Return the time until the next round: short while leads move, longer the longer they do
    not."""
    if following.queued:
        return _FULL if following.waiting >= WINDOW else _SHORT
    return min(_SHORT * (1 << min(following.still, 10)), _LONGEST)


def _stop(this: WorkflowRound) -> NextWorkflowRound:
    return NextWorkflowRound(**this.model_dump(), next="stop")
