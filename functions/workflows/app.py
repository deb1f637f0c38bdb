"""/v1/workflows"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.settings import Environment, needs
from outrider.workflows.runs.schemas import RunAnswer, RunRequest, RunView
from outrider.workflows.runs.wiring import deletion, workflow_runs
from outrider.workflows.schemas import (
    LeadBatch,
    LeadBatchResult,
    WorkflowCreate,
    WorkflowDeleted,
    WorkflowQuery,
    WorkflowSummary,
    WorkflowUpdate,
    WorkflowView,
)
from outrider.workflows.wiring import additions, workflows

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.secrets_key_id,
    Environment.workflow_run_arn,
)(api.handler)


@api.get("/v1/workflows", scope="workflows:read")
def list_workflows(caller: Caller, query: WorkflowQuery) -> Page[WorkflowSummary]:
    """List workflows, newest first"""
    return workflows(caller).list(query)


@api.post("/v1/workflows", scope="workflows:write", errors=(404,))
def create_workflow(caller: Caller, body: WorkflowCreate) -> WorkflowView:
    """Create a workflow, with a campaign and a sequence where it contacts leads"""
    return workflows(caller).create(body)


@api.get("/v1/workflows/{workflow_id}", scope="workflows:read")
def get_workflow(caller: Caller, workflow_id: str) -> WorkflowView:
    """Get a workflow with its settings"""
    return workflows(caller).get(workflow_id)


@api.patch("/v1/workflows/{workflow_id}", scope="workflows:write")
def update_workflow(
    caller: Caller, workflow_id: str, body: WorkflowUpdate, if_match: int | None
) -> WorkflowView:
    """Update a workflow, and its campaign with it"""
    return workflows(caller).update(workflow_id, body, if_match)


@api.delete("/v1/workflows/{workflow_id}", scope="workflows:write")
def delete_workflow(caller: Caller, workflow_id: str, if_match: int | None) -> WorkflowDeleted:
    """Delete a workflow; a campaign that was launched is paused and stays"""
    return deletion(caller).delete(workflow_id, if_match)


@api.post(
    "/v1/workflows/{workflow_id}/leads",
    scope=("workflows:write", "leads:write", "contacts:write"),
    status=200,
)
def add_workflow_leads(
    caller: Caller, workflow_id: str, body: LeadBatch, if_match: int | None
) -> LeadBatchResult:
    """Add up to 1,000 leads to a workflow, of contacts that are found or created"""
    return additions(caller).add(workflow_id, body, if_match)


@api.post("/v1/workflows/{workflow_id}/run", scope="workflows:write", status=200)
def run_workflow(
    caller: Caller, workflow_id: str, body: RunRequest | None, if_match: int | None
) -> RunAnswer:
    """Start a run of a workflow, or estimate what one would do and cost"""
    return workflow_runs(caller).run(workflow_id, body or RunRequest(), if_match)


@api.post("/v1/workflows/{workflow_id}/pause", scope="workflows:write", status=200)
def pause_workflow(caller: Caller, workflow_id: str) -> WorkflowView:
    """Pause the run of a workflow, and its campaign with it"""
    return workflow_runs(caller).pause(workflow_id)


@api.post("/v1/workflows/{workflow_id}/resume", scope="workflows:write", status=200)
def resume_workflow(caller: Caller, workflow_id: str, if_match: int | None) -> WorkflowView:
    """Resume the run of a workflow, and its campaign with it"""
    return workflow_runs(caller).resume(workflow_id, if_match)


@api.get("/v1/workflows/{workflow_id}/runs", scope="workflows:read")
def list_runs(caller: Caller, workflow_id: str, query: PageQuery) -> Page[RunView]:
    """List the runs of a workflow, newest first"""
    return workflow_runs(caller).list(workflow_id, query)


@api.get("/v1/workflows/{workflow_id}/runs/{run_id}", scope="workflows:read")
def get_run(caller: Caller, workflow_id: str, run_id: str) -> RunView:
    """Get a run of a workflow with its counts"""
    return workflow_runs(caller).get(workflow_id, run_id)
