"""/v1/leads: approval and rejection"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.leads.schemas import LeadView
from outrider.workflows.reviews.schemas import (
    LeadApproval,
    LeadApprovals,
    LeadDraftEdit,
    LeadRejection,
    LeadRejections,
    LeadReviewResults,
)
from outrider.workflows.reviews.wiring import reviews

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.secrets_key_id,
)(api.handler)


@api.post("/v1/leads/approve", scope="leads:write", status=200)
def approve_leads(caller: Caller, body: LeadApprovals) -> LeadReviewResults:
    """Approve the drafts of several leads"""
    return reviews(caller).approve_many(body)


@api.post("/v1/leads/reject", scope="leads:write", status=200)
def reject_leads(caller: Caller, body: LeadRejections) -> LeadReviewResults:
    """Reject several leads, to which nothing is sent"""
    return reviews(caller).reject_many(body)


@api.post("/v1/leads/{lead_id}/approve", scope=("leads:write", "contacts:read"), status=200)
def approve_lead(
    caller: Caller, lead_id: str, body: LeadApproval | None, if_match: int | None
) -> LeadView:
    """Approve the draft of a lead, which is sent exactly as it is"""
    return reviews(caller).approve(lead_id, body or LeadApproval(), if_match)


@api.post("/v1/leads/{lead_id}/reject", scope=("leads:write", "contacts:read"), status=200)
def reject_lead(
    caller: Caller, lead_id: str, body: LeadRejection | None, if_match: int | None
) -> LeadView:
    """Reject a lead, to which nothing is sent"""
    return reviews(caller).reject(lead_id, body or LeadRejection(), if_match)


@api.patch("/v1/leads/{lead_id}/draft", scope=("leads:write", "contacts:read"))
def update_lead_draft(
    caller: Caller, lead_id: str, body: LeadDraftEdit, if_match: int | None
) -> LeadView:
    """Change the draft of a lead before it is approved"""
    return reviews(caller).edit(lead_id, body, if_match)
