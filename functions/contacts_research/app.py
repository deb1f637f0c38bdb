"""/v1/contacts/{contact_id}/research, a function of its own because it waits for other servers"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.settings import Environment, needs
from outrider.research.schemas import Research, ResearchRequest
from outrider.research.wiring import research

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.credits_table,
    Environment.stack_name,
)(api.handler)


@api.post("/v1/contacts/{contact_id}/research", scope="contacts:write", status=200)
def research_contact(caller: Caller, contact_id: str, body: ResearchRequest | None) -> Research:
    """Research a contact's company on its public site"""
    return research(caller).carry_out(contact_id, body or ResearchRequest())
