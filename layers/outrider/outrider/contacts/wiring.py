"""Construction of the services of `contacts`."""

from collections.abc import Callable, Iterable

from outrider.access.models import Caller, WorkspaceId
from outrider.companies.wiring import companies, company_repository
from outrider.contacts.repository import ContactRepository
from outrider.contacts.search.lists import ContactLists
from outrider.contacts.service import ContactService
from outrider.contacts.timeline import TimelineService
from outrider.events.schemas import TimelineEvent
from outrider.events.wiring import feed
from outrider.kit.aws.dynamodb import Table
from outrider.kit.settings import settings


def contacts(caller: Caller) -> ContactService:
    repository = contact_repository(caller.workspace)
    return ContactService(
        caller,
        repository,
        ContactLists(repository, company_repository(caller.workspace)),
        companies(caller),
    )


def timeline(caller: Caller, marks_of: Callable[[str], Iterable[TimelineEvent]]) -> TimelineService:
    workspace = caller.workspace
    return TimelineService(caller, contact_repository(workspace), feed(workspace), marks_of)


def contact_repository(workspace: WorkspaceId) -> ContactRepository:
    return ContactRepository(Table(settings().contacts_table), workspace)
