"""/v1/contacts"""

from outrider.access.admission import native_api
from outrider.access.models import Caller
from outrider.contacts.merging.schemas import MergeRequest
from outrider.contacts.merging.wiring import merging
from outrider.contacts.models import Contact
from outrider.contacts.schemas import (
    ContactBatch,
    ContactBatchResult,
    ContactBody,
    ContactDeleted,
    ContactQuery,
    ContactUpdate,
)
from outrider.contacts.wiring import contacts, timeline
from outrider.events.schemas import TimelineEvent, TimelineQuery
from outrider.kit.http.pagination import Page
from outrider.kit.http.responses import Made
from outrider.kit.settings import Environment, needs
from outrider.messages.tracking.timeline import marks_of

api = native_api()
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.companies_table,
    Environment.messages_table,
    Environment.events_table,
)(api.handler)


@api.get("/v1/contacts", scope="contacts:read")
def list_contacts(caller: Caller, query: ContactQuery) -> Page[Contact]:
    """List contacts, filtered and sorted"""
    return contacts(caller).list(query)


@api.post("/v1/contacts", scope="contacts:write")
def create_contacts(caller: Caller, body: ContactBody) -> Made[Contact | ContactBatchResult]:
    """Create or upsert one contact, or up to 1,000"""
    if isinstance(body, ContactBatch):
        return contacts(caller).create_many(body)
    return contacts(caller).create(body)


@api.get("/v1/contacts/{contact_id}", scope="contacts:read")
def get_contact(caller: Caller, contact_id: str) -> Contact:
    """Get a contact"""
    return contacts(caller).get(contact_id)


@api.patch("/v1/contacts/{contact_id}", scope="contacts:write")
def update_contact(
    caller: Caller, contact_id: str, body: ContactUpdate, if_match: int | None
) -> Contact:
    """Update a contact; null clears a field"""
    return contacts(caller).update(contact_id, body, if_match)


@api.put("/v1/contacts/{contact_id}", scope="contacts:write")
def put_contact(
    caller: Caller, contact_id: str, body: ContactUpdate, if_match: int | None
) -> Contact:
    """The same as PATCH: what is not given stays as it is"""
    return contacts(caller).update(contact_id, body, if_match)


@api.delete("/v1/contacts/{contact_id}", scope="contacts:write")
def delete_contact(caller: Caller, contact_id: str, if_match: int | None) -> ContactDeleted:
    """Delete a contact; a suppression of its address stays"""
    return contacts(caller).delete(contact_id, if_match)


@api.get("/v1/contacts/{contact_id}/timeline", scope=("contacts:read", "events:read"))
def list_contact_timeline(
    caller: Caller, contact_id: str, query: TimelineQuery
) -> Page[TimelineEvent]:
    """List the timeline of a contact, newest first"""
    return timeline(caller, marks_of(caller.workspace)).read(contact_id, query)


@api.post("/v1/contacts/merge", scope="contacts:write", status=200, errors=(404,))
def merge_contacts(caller: Caller, body: MergeRequest, if_match: int | None) -> Contact:
    """Merge contacts that are the same person into one"""
    return merging(caller).merge(body, if_match)
