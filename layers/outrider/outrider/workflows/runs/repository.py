"""Keys, expressions and items of runs.

A run is `<workspace>#wfl_…` / `run#<number>`. Workflows with a clock are in the index `by_running`
of the table, sorted by the time at which their clock is overdue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from outrider.access.models import WorkspaceId
from outrider.kit import clock, ids, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Query,
    Table,
    batch_get,
    batch_write,
    try_transact,
)
from outrider.kit.counters import total
from outrider.kit.outbox import Event
from outrider.kit.sweeps.running import overdue
from outrider.leads.models import Lead
from outrider.leads.repository import LeadRepository
from outrider.workflows.models import Workflow
from outrider.workflows.repository import WorkflowRepository
from outrider.workflows.runs.errors import RunNotFound
from outrider.workflows.runs.models import RunCounts, WorkflowRun

PENDING = "pending"
"""Counter of a workflow: its leads with a stage."""

_RUN = "run#"


@dataclass(frozen=True, slots=True)
class WorkflowRunRepository:
    """Runs of the workflows of one workspace."""

    workflows: WorkflowRepository
    leads: LeadRepository

    def require(self, workflow_id: str, run_id: str) -> WorkflowRun:
        """Return a run of the workflow. Raises RunNotFound."""
        run = self.get(workflow_id, ids.number_of(run_id)) if ids.is_id("run", run_id) else None
        if run is None or run.id != run_id:
            raise RunNotFound
        return run

    def get(self, workflow_id: str, number: int) -> WorkflowRun | None:
        """Return the run with this number, or None."""
        item = self._table.get(self._pk(workflow_id), _sk(number))
        return WorkflowRun.model_validate(item) if item else None

    def require_number(self, workflow_id: str, number: int) -> WorkflowRun:
        """Return the run with this number. Raises LookupError if it does not exist, which only a
        defect can cause."""
        run = self.get(workflow_id, number)
        if run is None:
            raise LookupError(f"{workflow_id} has no run number {number}")
        return run

    def list(
        self, workflow_id: str, limit: int, after: Item | None
    ) -> tuple[list[WorkflowRun], Item | None]:
        """Return a page of runs, newest first, and the key to continue after."""
        query = Query(
            self._pk(workflow_id),
            "begins_with(#sk, :prefix)",
            {"prefix": _RUN},
            newest_first=True,
            after=after,
            consistent=True,
        )
        page = self._table.page(query, limit)
        return [WorkflowRun.model_validate(item) for item in page.items], page.last_key

    def counts(self, runs: Sequence[WorkflowRun]) -> dict[str, dict[str, int]]:
        """Return the counters of the runs, by id of the run."""
        counters = {
            run.id: self.workflows.run_counters(run.workflow_id, run.number) for run in runs
        }
        keys = [counted.keys() for counted in counters.values()]
        found = batch_get(chain.from_iterable(keys))
        return {
            run_id: _summed([item for (_, pk, _), item in found.items() if pk == counted.pk])
            for run_id, counted in counters.items()
        }

    def counted(self, run: WorkflowRun) -> RunCounts:
        """Return the counts of one run."""
        return RunCounts.of(self.counts([run])[run.id])

    def pending(self, workflow_id: str) -> tuple[Workflow | None, Sequence[Item]]:
        """Return the workflow and the shards of its counter of pending leads, in one strongly
        consistent read."""
        key = self.workflows.key(workflow_id)
        found = batch_get([key, *self.leads.pending(workflow_id).keys()])
        item = found.pop((key[0].name, *key[1:]), None)
        return (Workflow.model_validate(item) if item else None), list(found.values())

    def with_lead(self, workflow_id: str, lead_id: str) -> tuple[Workflow | None, Lead | None]:
        """Return a workflow and one of its leads, in one strongly consistent read."""
        key, lead_key = (self.workflows.key(each) for each in (workflow_id, lead_id))
        found = batch_get([key, lead_key])
        workflow, lead = (found.get((table.name, pk, sk)) for table, pk, sk in (key, lead_key))
        return (
            Workflow.model_validate(workflow) if workflow else None,
            Lead.model_validate(lead) if lead else None,
        )

    def add_action(self, run: WorkflowRun, events: Sequence[Event]) -> Action:
        """Return the put of a new run, with its events."""
        return self._table.put_action(
            {
                **run.model_dump(exclude_none=True),
                "pk": self._pk(run.workflow_id),
                "sk": _sk(run.number),
                **outbox.attribute(events),
            },
            "attribute_not_exists(#pk)",
        )

    def change_action(
        self, before: WorkflowRun, after: WorkflowRun, events: Sequence[Event] = ()
    ) -> Action:
        """Return the update from `before` to `after`, with the condition that the status of the run
        is as it was read, and whether it had an error."""
        was, is_ = before.model_dump(exclude_none=True), after.model_dump(exclude_none=True)
        set_ = {name: value for name, value in is_.items() if value != was.get(name)}
        return self._table.update_action(
            self._pk(before.workflow_id),
            _sk(before.number),
            changes(set=set_ | outbox.attribute(events), remove=[] if events else ["_events"]),
            "#status = :seen AND "
            + ("attribute_exists" if before.error else "attribute_not_exists")
            + "(#error)",
            seen=before.status,
        )

    def count_actions(self, workflow: Workflow, counts: Mapping[str, int]) -> Sequence[Action]:
        """Return the write that raises the counters of the newest run, or none."""
        raised = {name: by for name, by in counts.items() if by}
        if not raised:
            return []
        return [self.workflows.run_counters(workflow.id, workflow.run).add_action(**raised)]

    def check_pending_unchanged_actions(
        self, workflow_id: str, shards: Sequence[Item]
    ) -> Sequence[Action]:
        """Return the condition checks that the pending leads are those counted in `shards`."""
        return self.leads.pending(workflow_id).check_unchanged_actions(shards, (PENDING,))

    def keep_clock(self, workflow: Workflow, until: str) -> bool:
        """Store that the clock of the workflow is overdue only after `until`. Return False if it is
        not its newest clock any more."""
        return self._done(self._move_clock_action(workflow, workflow.clock, until))

    def next_clock(self, workflow: Workflow, until: str) -> bool:
        """Give the workflow a new clock, which is overdue after `until`. Return False if it got
        another one since it was read."""
        return self._done(self._move_clock_action(workflow, workflow.clock + 1, until))

    def remove(self, workflow: Workflow, shards: Sequence[Item]) -> bool:
        """Remove a workflow without pending leads: its runs and counters, then itself. Return False
        if it has pending leads again. If interrupted, it is removed by doing it again."""
        for number in range(1, workflow.run + 1):
            counters = self.workflows.run_counters(workflow.id, number)
            run = (self._table, self._pk(workflow.id), _sk(number))
            batch_write(table.delete_action(pk, sk) for table, pk, sk in [run, *counters.keys()])
        own = self.leads.pending(workflow.id)
        return try_transact(
            self.workflows.remove_action(workflow),
            *own.remove_unchanged_actions(shards, (PENDING,)),
        )

    @property
    def _table(self) -> Table:
        return self.workflows.table

    def _pk(self, workflow_id: str) -> str:
        return f"{self.workflows.workspace}#{workflow_id}"

    def _move_clock_action(self, workflow: Workflow, clock_number: int, until: str) -> Action:
        return self._table.update_action(
            self.workflows.workspace,
            workflow.id,
            "SET #clock = :clock, #wakes_at = :until, #by_running_sk = :until REMOVE #_events",
            "#clock = :seen AND attribute_exists(#by_running_pk)",
            clock=clock_number,
            until=until,
            seen=workflow.clock,
        )

    def _done(self, action: Action) -> bool:
        """Write, and return whether the condition held."""
        try:
            self._table.write(action)
        except ConditionFailed:
            return False
        return True


@dataclass(frozen=True, slots=True)
class RunningWorkflows:
    """Workflows with a clock in all workspaces, for the check of stopped clocks."""

    table: Table

    def overdue(self) -> list[tuple[WorkspaceId, str]]:
        """Return the workflows whose clock is overdue, with their workspaces. The query reads only
        these; eventually consistent."""
        return [
            (WorkspaceId(item["pk"]), str(item["sk"]))
            for item in overdue(self.table, clock.timestamp())
        ]


def _sk(number: int) -> str:
    return f"{_RUN}{number:06d}"


def _summed(shards: Sequence[Item]) -> dict[str, int]:
    names = {name for shard in shards for name in shard if name not in ("pk", "sk")}
    return {name: total(shards, name) for name in names}
