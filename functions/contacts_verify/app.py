"""/v1/contacts/{contact_id}/verify, a function of its own because DNS and its lists import
slowly"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.contacts.models import Contact
from outrider.contacts.verification.wiring import verification
from outrider.kit.settings import Environment, needs

api = native_api()
handler = needs(Environment.keys_table, Environment.contacts_table)(api.handler)


@api.post("/v1/contacts/{contact_id}/verify", scope="contacts:write", status=200)
def verify_contact(caller: Caller, contact_id: str) -> Contact:
    """Check whether a contact's address takes mail, without writing to it"""
    return verification(caller).verify(contact_id)
