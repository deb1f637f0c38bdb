"""Builders of drafts."""

from typing import Any

from outrider.access.models import WorkspaceId
from outrider.campaigns.enrollments import message_ids
from outrider.campaigns.models import Enrollment, Thread
from outrider.contacts.models import Contact
from outrider.kit import ids
from outrider.mailboxes.models import Mailbox
from outrider.messages.content.drafts import Draft
from outrider.messages.tracking.links import Links
from outrider.sequences.models import Settings, Variant

AT = "2026-03-02T09:00:00.000Z"
CONTACT = ids.derived("con", "1")
MESSAGE = message_ids.of(CONTACT, "1")
LINKS = Links("https://go.example", WorkspaceId(ids.derived("wsp", "1")), b"s" * 32)
UNSUBSCRIBE = LINKS.unsubscribe(MESSAGE)


def a_contact(**fields: Any) -> Contact:
    return Contact(id=CONTACT, email="ada@example.com", created_at=AT, updated_at=AT, **fields)


def a_mailbox(**fields: Any) -> Mailbox:
    made = {
        "id": "mbx_1",
        "email": "eve@outrider.test",
        "name": "Eve, of Outrider",
        "daily_cap": 1,
        "min_gap_seconds": 0,
        "warmed": True,
        "verified_by": "first",
        "created_at": AT,
        "updated_at": AT,
    }
    return Mailbox.model_validate({**made, **fields})


def a_draft(
    *,
    contact: Contact | None = None,
    mailbox: Mailbox | None = None,
    thread: Thread | None = None,
    settings: dict[str, Any] | None = None,
    **variant: Any,
) -> Draft:
    """Says "Hello" and "Hi" unless told otherwise."""
    enrollment = Enrollment(
        id="enr_1",
        campaign_id="cam_1",
        contact_id=CONTACT,
        sequence_id="seq_1",
        steps_version=1,
        thread=thread,
        created_at=AT,
        updated_at=AT,
    )
    return Draft(
        variant=Variant(id="a", **{"subject": "Hello", "text": "Hi", **variant}),
        enrollment=enrollment,
        contact=contact or a_contact(),
        settings=Settings(**(settings or {})),
        mailbox=mailbox or a_mailbox(),
        message_id=MESSAGE,
        links=LINKS,
    )
