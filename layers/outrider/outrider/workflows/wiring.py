"""Construction of the services of `workflows`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.campaigns.wiring import campaign_repository
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.leads.wiring import rescoring_repository
from outrider.mailboxes.pools.repository import PoolRepository
from outrider.sequences.repository import SequenceRepository
from outrider.workflows.outreach import Outreach
from outrider.workflows.repository import WorkflowRepository
from outrider.workflows.service import WorkflowService


def workflows(caller: Caller) -> WorkflowService:
    workspace = caller.workspace
    return WorkflowService(
        caller, workflow_repository(workspace), outreach(caller), rescoring_repository(workspace)
    )


def outreach(caller: Caller) -> Outreach:
    table = Table(settings().campaigns_table)
    return Outreach(
        caller,
        campaign_repository(caller.workspace),
        SequenceRepository(table, caller.workspace),
        PoolRepository(table, caller.workspace),
    )


def workflow_repository(workspace: WorkspaceId) -> WorkflowRepository:
    return WorkflowRepository(Table(settings().leads_table), workspace)
