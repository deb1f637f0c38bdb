"""/v1/contacts/{contact_id}/export and /erase: the only function with access to every table"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.kit.http.pagination import PageQuery
from outrider.kit.settings import Environment, needs
from outrider.privacy.schemas import ContactErased, ContactExport
from outrider.privacy.wiring import erasures, exports

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.leads_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.events_table,
)(api.handler)


@api.get(
    "/v1/contacts/{contact_id}/export",
    scope=(
        "contacts:read",
        "leads:read",
        "companies:read",
        "campaigns:read",
        "messages:read",
        "suppressions:read",
        "events:read",
    ),
)
def export_contact(caller: Caller, contact_id: str, query: PageQuery) -> ContactExport:
    """Export all data about a contact, page by page"""
    return exports(caller).export(contact_id, query)


@api.post("/v1/contacts/{contact_id}/erase", scope="contacts:write", status=200)
def erase_contact(caller: Caller, contact_id: str) -> ContactErased:
    """Erase a contact from every store; a hash of its address still blocks mail to it"""
    return erasures(caller).erase(contact_id)
