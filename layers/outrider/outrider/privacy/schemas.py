"""Responses of the privacy API."""

from typing import Annotated, Literal

from pydantic import Field

from outrider.campaigns.enrollments.schemas import EnrollmentView
from outrider.contacts.models import Contact
from outrider.contacts.suppressions.models import Suppression
from outrider.events.models import RecordedEvent
from outrider.kit.models import Model
from outrider.leads.schemas import LeadView
from outrider.messages.schemas import MessageView
from outrider.privacy.models import StoreResult
from outrider.research.models import Findings


class ContactErased(Model):
    """Result of an erasure for each store. While `status` is `pending`, repeat the request."""

    contact_id: str
    object: Literal["erasure"] = "erasure"
    status: Literal["finished", "pending"]
    erased_at: str
    stores: list[StoreResult]


class ContactExport(Model):
    """One page of the data stored about a contact. The first page has the contact, the research
    about its company, its leads and the suppressions of its addresses; every page has up to `limit`
    of the other records. `contact` is null if it was deleted."""

    contact_id: str
    object: Literal["contact_export"] = "contact_export"
    contact: Contact | None = None
    research: Findings | None = None
    leads: list[LeadView] = []
    suppressions: list[Suppression] = []
    enrollments: list[EnrollmentView] = []
    messages: list[MessageView] = []
    events: list[RecordedEvent] = []
    has_more: bool
    next_cursor: Annotated[str | None, Field(description="Null at the end")] = None
