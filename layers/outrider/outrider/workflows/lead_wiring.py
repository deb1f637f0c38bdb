"""Construction of services of leads with the workflows of the workspace. Apart from `wiring`, which
imports far more."""

from outrider.access.models import Caller, WorkspaceId
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.leads import wiring
from outrider.leads.rescoring.worker import RescoringWorker
from outrider.leads.service import LeadService
from outrider.workflows.repository import WorkflowRepository


def leads(caller: Caller) -> LeadService:
    return wiring.leads(caller, workflow_repository(caller.workspace))


def rescoring_worker(workspace: WorkspaceId) -> RescoringWorker:
    return wiring.rescoring_worker(workspace, workflow_repository(workspace))


def workflow_repository(workspace: WorkspaceId) -> WorkflowRepository:
    return WorkflowRepository(Table(settings().leads_table), workspace)
