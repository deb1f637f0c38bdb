"""Construction of the service of reviews."""

from outrider.access.models import Caller
from outrider.contacts.wiring import contacts
from outrider.leads.wiring import lead_repository
from outrider.messages.wiring import drafting
from outrider.workflows.lead_wiring import workflow_repository
from outrider.workflows.reviews.service import ReviewService


def reviews(caller: Caller) -> ReviewService:
    inner = caller.nested()
    return ReviewService(
        caller,
        lead_repository(caller.workspace),
        workflow_repository(caller.workspace),
        contacts(inner),
        drafting(inner),
    )
