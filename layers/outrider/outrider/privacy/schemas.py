"""What the API gives about a person's data."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from outrider.campaigns.enrollments.schemas import EnrollmentView
from outrider.contacts.models import Contact
from outrider.contacts.suppressions.models import Suppression
from outrider.events.models import RecordedEvent
from outrider.leads.schemas import LeadView
from outrider.messages.schemas import MessageView
from outrider.privacy.models import StoreResult
from outrider.research.models import Findings


class ContactErased(BaseModel):
    """What became of a contact's data, by store. While `status` is `pending`, ask again."""

    contact_id: str
    object: Literal["erasure"] = "erasure"
    status: Literal["finished", "pending"]
    erased_at: str
    stores: list[StoreResult]


class ContactExport(BaseModel):
    """A part of what is held about a contact. The first has the contact itself, what was
    researched about its company and what suppresses its addresses, each has up to `limit` of the
    rest. `contact` is null when it is gone."""

    contact_id: str
    object: Literal["contact_export"] = "contact_export"
    contact: Contact | None = None
    research: Findings | None = None
    lead: LeadView | None = None
    suppressions: list[Suppression] = []
    enrollments: list[EnrollmentView] = []
    messages: list[MessageView] = []
    events: list[RecordedEvent] = []
    has_more: bool
    next_cursor: Annotated[str | None, Field(description="Null at the end")] = None
