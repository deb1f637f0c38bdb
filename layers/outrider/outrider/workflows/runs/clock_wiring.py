"""Construction of the clocks of workflows and of what they call. Apart from `wiring`, which imports
far more."""

from collections.abc import Mapping

from outrider.access.models import Caller, WorkspaceId
from outrider.access.repository import WorkspaceRepository
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.sqs import Queue
from outrider.kit.aws.step_functions import StateMachine
from outrider.kit.settings import settings
from outrider.leads.models import Stage
from outrider.leads.wiring import lead_repository
from outrider.workflows.lead_wiring import workflow_repository
from outrider.workflows.runs.clocks import WorkflowClockCheck, WorkflowClocks
from outrider.workflows.runs.dispatcher import WorkflowDispatcher
from outrider.workflows.runs.repository import RunningWorkflows, WorkflowRunRepository
from outrider.workflows.runs.sweeping import DeletionSweep


def clocks(workspace: WorkspaceId) -> WorkflowClocks:
    machine = StateMachine(settings().workflow_run_arn)
    return WorkflowClocks(run_repository(workspace), machine.start)


def clock_check() -> WorkflowClockCheck:
    return WorkflowClockCheck(RunningWorkflows(Table(settings().leads_table)), clocks)


def dispatcher(caller: Caller) -> WorkflowDispatcher:
    runs, leads = run_repository(caller.workspace), lead_repository(caller.workspace)
    return WorkflowDispatcher(
        caller, workspaces(), runs, leads, stage_queues(), DeletionSweep(runs, leads)
    )


def workspaces() -> WorkspaceRepository:
    return WorkspaceRepository(Table(settings().keys_table))


def stage_queues() -> Mapping[Stage, Queue]:
    return {
        "research": Queue(settings().research_queue_url),
        "qualify": Queue(settings().qualify_queue_url),
        "contact": Queue(settings().contact_queue_url),
    }


def run_repository(workspace: WorkspaceId) -> WorkflowRunRepository:
    return WorkflowRunRepository(workflow_repository(workspace), lead_repository(workspace))
