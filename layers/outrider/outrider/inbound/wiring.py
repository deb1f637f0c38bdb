"""Builds the objects of `inbound`."""

from outrider.campaigns.wiring import enrollment_repository
from outrider.contacts.wiring import contacts
from outrider.inbound.service import InboundService
from outrider.messages.wiring import sent_messages


def inbound() -> InboundService:
    return InboundService(
        sent=sent_messages(),
        contacts=contacts,
        enrollments=lambda caller, campaign_id: enrollment_repository(
            caller.workspace, campaign_id
        ),
    )
