"""Step Functions executions that are the clocks of workflows: started with a run, at its
resumption, with a deletion, and again after an execution has stopped."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.step_functions import StartFailed
from outrider.kit.observability.logs import logger
from outrider.kit.sweeps.independent import Sweep
from outrider.workflows.models import Workflow
from outrider.workflows.runs.dispatcher import FirstWorkflowRound, execution_name, overdue_at
from outrider.workflows.runs.repository import RunningWorkflows, WorkflowRunRepository


@dataclass(frozen=True, slots=True)
class WorkflowClocks:
    """Clocks of the workflows of one workspace. `start_execution` starts an execution of the state
    machine with a name and an input; a name that was used before starts nothing. It raises
    StartFailed."""

    runs: WorkflowRunRepository
    start_execution: Callable[[str, dict[str, object]], None]

    def start(self, workflow: Workflow) -> None:
        """Start the execution of the workflow's clock, whose number is stored. Idempotent. A
        failure of AWS is only logged: the check for stopped clocks, every five minutes, starts it
        too."""
        try:
            self._start(workflow.id, workflow.clock)
        except StartFailed:
            logger().exception("a workflow was not started", workflow_id=workflow.id)

    def restart(self, workflow_id: str) -> bool:
        """Replace the clock of a workflow by a new one if it is overdue. Return whether it was."""
        workflow = self.runs.workflows.find(workflow_id)
        if workflow is None or not workflow.has_clock or workflow.wakes_at >= clock.timestamp():
            return False
        if not self.runs.next_clock(workflow, overdue_at(clock.now())):
            return False
        self._start(workflow.id, workflow.clock + 1)
        return True

    def _start(self, workflow_id: str, number: int) -> None:
        first = FirstWorkflowRound(
            workspace=self.runs.workflows.workspace,
            workflow_id=workflow_id,
            clock=number,
            round=0,
            wait_until=clock.timestamp(),
        )
        self.start_execution(execution_name(workflow_id, number), first.model_dump())


@dataclass(frozen=True, slots=True)
class WorkflowClockCheck:
    """Check for stopped clocks of the workflows of all workspaces."""

    running: RunningWorkflows
    clocks: Callable[[WorkspaceId], WorkflowClocks]

    def restart(self) -> int:
        """Restart the clocks that are overdue, and return how many were restarted.

        Raises: ExceptionGroup after the last workflow, if some could not be restarted.
        """
        sweep = Sweep("a workflow was not started")
        started = sweep.over(
            self.running.overdue(),
            lambda found: self.clocks(found[0]).restart(found[1]),
            lambda found: {"workflow_id": found[1]},
        )
        sweep.end("workflows were not started")
        return started
