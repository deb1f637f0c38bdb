"""/v1/leads and /v1/profile"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.http.pagination import Page
from outrider.kit.settings import Environment, needs
from outrider.leads.schemas import (
    LeadCreate,
    LeadDeleted,
    LeadQuery,
    LeadUpdate,
    LeadView,
    ProfileView,
)
from outrider.leads.wiring import profiles
from outrider.qualification.profiles import Profile
from outrider.research.schemas import Research
from outrider.workflows.lead_wiring import leads

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.leads_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.credits_table,
    Environment.stack_name,
)(api.handler)


@api.get("/v1/leads", scope=("leads:read", "contacts:read"))
def list_leads(caller: Caller, query: LeadQuery) -> Page[LeadView]:
    """List leads, newest first or by score"""
    return leads(caller).list(query)


@api.post("/v1/leads", scope=("leads:write", "contacts:write"), errors=(404,))
def create_lead(caller: Caller, body: LeadCreate) -> LeadView:
    """Make a lead of a contact, which is found or created"""
    return leads(caller).create(body)


@api.get("/v1/leads/{lead_id}", scope=("leads:read", "contacts:read"))
def get_lead(caller: Caller, lead_id: str) -> LeadView:
    """Get a lead with its score"""
    return leads(caller).get(lead_id)


@api.patch("/v1/leads/{lead_id}", scope=("leads:write", "contacts:read"))
def update_lead(caller: Caller, lead_id: str, body: LeadUpdate, if_match: int | None) -> LeadView:
    """Change the status or the notes of a lead"""
    return leads(caller).update(lead_id, body, if_match)


@api.delete("/v1/leads/{lead_id}", scope="leads:write")
def delete_lead(caller: Caller, lead_id: str, if_match: int | None) -> LeadDeleted:
    """Delete a lead; its contact stays"""
    return leads(caller).delete(lead_id, if_match)


@api.post("/v1/leads/{lead_id}/qualify", scope=("leads:write", "contacts:write"), status=200)
def qualify_lead(caller: Caller, lead_id: str) -> LeadView:
    """Score a lead by the ideal customer profile"""
    return leads(caller).qualify(lead_id)


@api.get("/v1/leads/{lead_id}/research", scope=("leads:read", "contacts:read", "companies:read"))
def get_lead_research(caller: Caller, lead_id: str) -> Research:
    """Get what was last researched about a lead's company"""
    return leads(caller).researched(lead_id)


@api.get("/v1/profile", scope="leads:read")
def get_profile(caller: Caller) -> ProfileView:
    """Get the workspace's ideal customer profile"""
    return profiles(caller).get()


@api.put("/v1/profile", scope="leads:write")
def replace_profile(caller: Caller, body: Profile, if_match: int | None) -> ProfileView:
    """Replace the workspace's ideal customer profile; leads get new scores in the background"""
    return profiles(caller).put(body, if_match)
