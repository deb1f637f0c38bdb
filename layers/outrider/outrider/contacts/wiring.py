"""Construction of the services of `contacts`."""

from collections.abc import Callable, Iterable

from outrider.access.models import Caller
from outrider.companies.wiring import companies, company_repository
from outrider.contacts.company_links import ContactLinks, LinkSweep
from outrider.contacts.repository import ContactRepository
from outrider.contacts.search.lists import ContactLists
from outrider.contacts.search.worker import ContactIndex
from outrider.contacts.service import ContactService
from outrider.contacts.timeline import TimelineService
from outrider.events.schemas import TimelineEvent
from outrider.events.wiring import feed
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.sqs import Queue
from outrider.kit.settings import settings


def contacts(caller: Caller) -> ContactService:
    repository = _repository(caller)
    return ContactService(
        caller,
        repository,
        ContactLists(repository, company_repository(caller.workspace)),
        companies(caller),
    )


def links(caller: Caller) -> ContactLinks:
    return ContactLinks(_repository(caller), company_repository(caller.workspace))


def link_sweep(caller: Caller) -> LinkSweep:
    return LinkSweep(links(caller), Queue(settings().company_links_queue_url))


def index() -> ContactIndex:
    table = Table(settings().contacts_table)
    return ContactIndex(table, lambda workspace: links(Caller.engine(workspace)))


def timeline(caller: Caller, marks_of: Callable[[str], Iterable[TimelineEvent]]) -> TimelineService:
    return TimelineService(caller, _repository(caller), feed(caller.workspace), marks_of)


def _repository(caller: Caller) -> ContactRepository:
    return ContactRepository(Table(settings().contacts_table), caller.workspace)
