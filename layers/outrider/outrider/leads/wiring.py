"""Construction of the services and workers of `leads`."""

from outrider.access.models import Caller, WorkspaceId
from outrider.contacts.wiring import contact_repository, contacts
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings
from outrider.leads.lists import LeadLists
from outrider.leads.profiles import ProfileService
from outrider.leads.repository import LeadRepository
from outrider.leads.service import LeadService
from outrider.leads.worker import LeadFollower
from outrider.research.wiring import research


def leads(caller: Caller) -> LeadService:
    inner = caller.nested()
    repository = lead_repository(caller.workspace)
    return LeadService(
        caller,
        repository,
        LeadLists(repository, contacts(inner)),
        contacts(inner),
        lambda: research(inner, caller),
    )


def profiles(caller: Caller) -> ProfileService:
    return ProfileService(caller, lead_repository(caller.workspace))


def lead_follower() -> LeadFollower:
    return LeadFollower(lead_repository, contact_repository)


def lead_repository(workspace: WorkspaceId) -> LeadRepository:
    return LeadRepository(Table(settings().leads_table), workspace)
