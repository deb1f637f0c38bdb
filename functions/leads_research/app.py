"""/v1/leads/{lead_id}/research, by itself because it asks other hosts, and waits for them"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.research.schemas import Research, ResearchRequest
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


@api.post("/v1/leads/{lead_id}/research", scope=("leads:write", "contacts:write"), status=200)
def research_lead(caller: Caller, lead_id: str, body: ResearchRequest | None) -> Research:
    """Research the company of a lead's contact from its public site"""
    return leads(caller).carry_out_research(lead_id, body or ResearchRequest())
