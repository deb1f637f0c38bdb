"""/api: workflows, leads, campaigns, account and webhooks for clients written for AutoReach."""

from outrider.access.admission import admit
from outrider.access.models import Caller
from outrider.access.schemas import Account
from outrider.access.wiring import account
from outrider.campaigns.schemas import CampaignCreate, CampaignQuery, CampaignView, StatsQuery
from outrider.campaigns.statistics.schemas import StatsView
from outrider.campaigns.wiring import campaigns, stats
from outrider.credits.schemas import Credits
from outrider.credits.usage.schemas import Usage, UsageQuery
from outrider.credits.usage.wiring import usage
from outrider.credits.wiring import credits
from outrider.kit.http.edge import Api
from outrider.kit.http.pagination import Page
from outrider.kit.settings import Environment, needs
from outrider.leads.schemas import LeadCreate, LeadDeleted, LeadQuery, LeadUpdate, LeadView
from outrider.research.schemas import Research
from outrider.surfaces.autoreach.form import AutoReachForm
from outrider.surfaces.forms import form_of
from outrider.webhooks.schemas import WebhookCreate, WebhookCreated
from outrider.webhooks.wiring import webhooks
from outrider.workflows.lead_wiring import leads
from outrider.workflows.runs.schemas import RunAnswer, RunRequest
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

form = AutoReachForm(lambda: surface.routes)
surface: Api = Api(
    admit,
    form=form,
    form_of=lambda request: form_of(request.path, otherwise=form),
    alias=("/api/", "/api/v1/"),
)
handler = needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.credits_table,
    Environment.webhooks_table,
    Environment.secrets_key_id,
    Environment.stack_name,
    Environment.workflow_run_arn,
    Environment.webhook_deliveries_queue_url,
)(surface.handler)


@surface.get("/api/workflows", scope="workflows:read", head=False)
def list_workflows(caller: Caller, query: WorkflowQuery) -> Page[WorkflowSummary]:
    """List all workflows"""
    return workflows(caller).list(query)


@surface.post("/api/workflows", scope="workflows:write")
def create_workflow(caller: Caller, body: WorkflowCreate) -> WorkflowView:
    """Create a new workflow"""
    return workflows(caller).create(body)


@surface.get("/api/workflows/{workflow_id}", scope="workflows:read", head=False)
def get_workflow(caller: Caller, workflow_id: str) -> WorkflowView:
    """Get workflow details"""
    return workflows(caller).get(workflow_id)


@surface.put("/api/workflows/{workflow_id}", scope="workflows:write")
def update_workflow(
    caller: Caller, workflow_id: str, body: WorkflowUpdate, if_match: int | None
) -> WorkflowView:
    """Update a workflow"""
    return workflows(caller).update(workflow_id, body, if_match)


@surface.delete("/api/workflows/{workflow_id}", scope="workflows:write")
def delete_workflow(caller: Caller, workflow_id: str, if_match: int | None) -> WorkflowDeleted:
    """Delete a workflow"""
    return deletion(caller).delete(workflow_id, if_match)


@surface.post("/api/workflows/{workflow_id}/run", scope="workflows:write", status=200)
def run_workflow(
    caller: Caller, workflow_id: str, body: RunRequest | None
) -> RunAnswer | WorkflowView:
    """Start a workflow run, or resume the paused one"""
    return workflow_runs(caller).run_or_resume(workflow_id, body or RunRequest())


@surface.post("/api/workflows/{workflow_id}/pause", scope="workflows:write", status=200)
def pause_workflow(caller: Caller, workflow_id: str) -> WorkflowView:
    """Pause a running workflow"""
    return workflow_runs(caller).pause(workflow_id)


@surface.post(
    "/api/workflows/{workflow_id}/leads",
    scope=("workflows:write", "leads:write", "contacts:write"),
    status=200,
)
def add_workflow_leads(caller: Caller, workflow_id: str, body: LeadBatch) -> LeadBatchResult:
    """Add leads to a workflow"""
    return additions(caller).add(workflow_id, body)


@surface.get("/api/leads", scope=("leads:read", "contacts:read"), head=False)
def list_leads(caller: Caller, query: LeadQuery) -> Page[LeadView]:
    """List leads (with filtering)"""
    return leads(caller).list(query)


@surface.post("/api/leads", scope=("leads:write", "contacts:write"))
def create_lead(caller: Caller, body: LeadCreate) -> LeadView:
    """Create a new lead"""
    return leads(caller).create(body)


@surface.get("/api/leads/{lead_id}", scope=("leads:read", "contacts:read"), head=False)
def get_lead(caller: Caller, lead_id: str) -> LeadView:
    """Get lead details"""
    return leads(caller).get(lead_id)


@surface.put("/api/leads/{lead_id}", scope=("leads:write", "contacts:read"))
def update_lead(caller: Caller, lead_id: str, body: LeadUpdate, if_match: int | None) -> LeadView:
    """Update a lead"""
    return leads(caller).update(lead_id, body, if_match)


@surface.delete("/api/leads/{lead_id}", scope="leads:write")
def delete_lead(caller: Caller, lead_id: str, if_match: int | None) -> LeadDeleted:
    """Delete a lead"""
    return leads(caller).delete(lead_id, if_match)


@surface.post("/api/leads/{lead_id}/qualify", scope=("leads:write", "contacts:write"), status=200)
def qualify_lead(caller: Caller, lead_id: str) -> LeadView:
    """Trigger qualification"""
    return leads(caller).qualify(lead_id)


@surface.get(
    "/api/leads/{lead_id}/research",
    scope=("leads:read", "contacts:read", "companies:read"),
    head=False,
)
def get_lead_research(caller: Caller, lead_id: str) -> Research:
    """Get research data"""
    return leads(caller).researched(lead_id)


@surface.get("/api/campaigns", scope="campaigns:read", head=False)
def list_campaigns(caller: Caller, query: CampaignQuery) -> Page[CampaignView]:
    """List campaigns"""
    return campaigns(caller).list(query)


@surface.post("/api/campaigns", scope="campaigns:write")
def create_campaign(caller: Caller, body: CampaignCreate) -> CampaignView:
    """Create a campaign"""
    return campaigns(caller).create(body)


@surface.get("/api/campaigns/{campaign_id}/stats", scope="campaigns:read", head=False)
def get_campaign_stats(caller: Caller, campaign_id: str, query: StatsQuery) -> StatsView:
    """Get campaign statistics"""
    return stats(caller).of(campaign_id, query)


@surface.get("/api/account", scope="account:read", head=False)
def get_account(caller: Caller) -> Account:
    """Get account details"""
    return account(caller).show()


@surface.get("/api/account/credits", scope="credits:read", head=False)
def get_credits(caller: Caller) -> Credits:
    """Get credit balance"""
    return credits(caller).show()


@surface.get("/api/account/usage", scope="account:read", head=False)
def get_usage(caller: Caller, query: UsageQuery) -> Usage:
    """Get usage statistics"""
    return usage(caller).show(query)


@surface.post("/api/webhooks", scope="webhooks:write")
def create_webhook(caller: Caller, body: WebhookCreate) -> WebhookCreated:
    """Register a webhook"""
    return webhooks(caller).create(body)
