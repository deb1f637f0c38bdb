"""/api/v1 for clients written for OutreachPilot: contacts, companies, credits, campaigns and
webhooks in the form of its document. What is decided, the services decide."""

from outrider.access.admission import admit
from outrider.access.models import Caller
from outrider.campaigns.schemas import CampaignStatusView, TriggerRequest, TriggerResult
from outrider.campaigns.wiring import campaigns, trigger
from outrider.companies.models import Company
from outrider.companies.schemas import CompanyBatch
from outrider.companies.wiring import companies
from outrider.contacts.models import Contact
from outrider.contacts.search.filters import ContactFilter
from outrider.contacts.wiring import contacts
from outrider.kit.http.edge import Api
from outrider.kit.http.pagination import PageQuery
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer, Made
from outrider.kit.settings import Environment, needs
from outrider.surfaces.outreachpilot.credits import balance, told
from outrider.surfaces.outreachpilot.form import OutreachPilotForm
from outrider.surfaces.outreachpilot.schemas import (
    Listed,
    PilotCompanies,
    PilotCompanyBody,
    PilotCompanyQuery,
    PilotCompanyUpdate,
    PilotContact,
    PilotContactBatch,
    PilotContactBody,
    PilotContactQuery,
    PilotContacts,
    PilotContactUpdate,
    PilotCredits,
    PilotDeleted,
    PilotWebhookQuery,
    companies_shown,
    contact_shown,
    contacts_shown,
    webhooks_shown,
)
from outrider.surfaces.outreachpilot.wiring import chat
from outrider.webhooks.schemas import WebhookCreate, WebhookCreated, WebhookPage
from outrider.webhooks.wiring import webhooks

surface = Api(admit, form=OutreachPilotForm())
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.credits_table,
    Environment.webhooks_table,
    Environment.secrets_key_id,
    Environment.campaign_run_arn,
    Environment.steps_queue_url,
    Environment.webhook_deliveries_queue_url,
    Environment.stack_name,
)(surface.handler)


@surface.get("/api/v1/contacts", scope="contacts:read", head=False)
def list_contacts(caller: Caller, query: PilotContactQuery) -> Listed[PilotContact]:
    """List contacts, newest first"""
    asked = ContactFilter(status=query.status, folder_id=query.folder_id, search=query.search)
    page = contacts(told(caller)).page_at(asked, query.limit, query.offset)
    return Listed[PilotContact].of(PilotContact, page, query)


@surface.post("/api/v1/contacts", scope="contacts:write", present=contacts_shown)
def create_contacts(caller: Caller, body: PilotContactBody) -> Made[Contact] | Made[PilotContacts]:
    """Create or upsert one contact, or up to 1,000"""
    service = contacts(told(caller))
    if isinstance(body, PilotContactBatch):
        done = service.create_many(body)
        return PilotContacts.of(done, service.several)
    return service.create(body)


@surface.get(
    "/api/v1/contacts/{contact_id}", scope="contacts:read", head=False, present=contact_shown
)
def get_contact(caller: Caller, contact_id: str) -> Contact:
    """Get a contact"""
    return contacts(told(caller)).get(contact_id)


@surface.put("/api/v1/contacts/{contact_id}", scope="contacts:write", present=contact_shown)
def update_contact(caller: Caller, contact_id: str, body: PilotContactUpdate) -> Contact:
    """Update a contact: only the given fields change"""
    return contacts(told(caller)).update(contact_id, body, None)


@surface.delete("/api/v1/contacts/{contact_id}", scope="contacts:write")
def delete_contact(caller: Caller, contact_id: str) -> PilotDeleted:
    """Delete a contact permanently"""
    return PilotDeleted(id=contacts(told(caller)).delete(contact_id, None).id)


@surface.get("/api/v1/companies", scope="companies:read", head=False)
def list_companies(caller: Caller, query: PilotCompanyQuery) -> Listed[Company]:
    """List companies, newest first"""
    page = companies(told(caller)).page_at(
        domain=query.domain, search=query.search, limit=query.limit, offset=query.offset
    )
    return Listed[Company].of(Company, page, query)


@surface.post("/api/v1/companies", scope="companies:write", present=companies_shown)
def create_companies(
    caller: Caller, body: PilotCompanyBody
) -> Made[Company] | Made[PilotCompanies]:
    """Create or upsert one company, or up to 1,000"""
    service = companies(told(caller))
    if isinstance(body, CompanyBatch):
        done = service.create_many(body)
        return PilotCompanies.of(done, service.several)
    return service.create(body)


@surface.get("/api/v1/companies/{company_id}", scope="companies:read", head=False)
def get_company(caller: Caller, company_id: str) -> Company:
    """Get a company"""
    return companies(told(caller)).get(company_id)


@surface.put("/api/v1/companies/{company_id}", scope="companies:write")
def update_company(caller: Caller, company_id: str, body: PilotCompanyUpdate) -> Company:
    """Update a company: only the given fields change, unknown ones go to `context`"""
    return companies(told(caller)).update(company_id, body, None)


@surface.delete("/api/v1/companies/{company_id}", scope="companies:write")
def delete_company(caller: Caller, company_id: str) -> PilotDeleted:
    """Delete a company; its contacts stay, without it"""
    return PilotDeleted(id=companies(told(caller)).delete(company_id, None).id)


@surface.post("/api/v1/chat", scope=None, status=200)
def send_chat_message(request: Request) -> Answer:
    """Send a message to an agent, which the native call authenticates and counts"""
    return chat(request)


@surface.get("/api/v1/credits", scope="credits:read", head=False)
def get_credits(caller: Caller) -> PilotCredits:
    """Get the credit balance, the plan and the date of the reset"""
    return PilotCredits.of(balance(caller))


@surface.post(
    "/api/v1/campaigns/{campaign_id}/trigger", scope="campaigns:write", status=200, errors=(400,)
)
def trigger_campaign(caller: Caller, campaign_id: str, body: TriggerRequest) -> TriggerResult:
    """Add one contact to an active campaign, and create it if it is new"""
    return trigger(told(caller)).trigger(campaign_id, body)


@surface.get("/api/v1/campaigns/{campaign_id}/status", scope="campaigns:read", head=False)
def get_campaign_status(caller: Caller, campaign_id: str) -> CampaignStatusView:
    """Get the status of a campaign and its audience"""
    return campaigns(told(caller)).status(campaign_id)


@surface.get("/api/v1/webhooks", scope="webhooks:read", head=False, present=webhooks_shown)
def list_webhooks(caller: Caller) -> WebhookPage:
    """List the active webhooks, oldest first, and the available events"""
    return webhooks(told(caller)).list(PageQuery(limit=200))


@surface.post("/api/v1/webhooks", scope="webhooks:write")
def create_webhook(caller: Caller, body: WebhookCreate) -> WebhookCreated:
    """Register a webhook; its secret is shown in this answer only"""
    return webhooks(told(caller)).create(body)


@surface.delete("/api/v1/webhooks", scope="webhooks:write")
def delete_webhook(caller: Caller, query: PilotWebhookQuery) -> PilotDeleted:
    """Deactivate a webhook; nothing more is delivered to it"""
    return PilotDeleted(id=webhooks(told(caller)).delete(query.id).id)
