"""Construction of the services of runs."""

from functools import partial

from outrider.access.models import Caller
from outrider.campaigns.wiring import campaign_repository, control, launch
from outrider.leads.wiring import lead_repository
from outrider.workflows.runs.clock_wiring import clocks, run_repository
from outrider.workflows.runs.deletion import DeletionService
from outrider.workflows.runs.outreach import CampaignTurner
from outrider.workflows.runs.service import WorkflowRunService
from outrider.workflows.wiring import outreach
from outrider.writing.wiring import has_provider


def workflow_runs(caller: Caller) -> WorkflowRunService:
    inner, workspace = caller.nested(), caller.workspace
    return WorkflowRunService(
        caller,
        run_repository(workspace),
        lead_repository(workspace),
        CampaignTurner(campaign_repository(workspace), launch(inner), control(inner)),
        clocks(workspace),
        partial(has_provider, workspace),
    )


def deletion(caller: Caller) -> DeletionService:
    workspace = caller.workspace
    return DeletionService(caller, run_repository(workspace), outreach(caller), clocks(workspace))
