"""Construction of the stream worker and the link sweep, which follow changes of contacts and
companies."""

from outrider.access.models import Caller
from outrider.companies.wiring import company_repository
from outrider.contacts.company_links import ContactLinks, LinkSweep
from outrider.contacts.search.worker import ContactIndex
from outrider.contacts.wiring import contact_repository
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.sqs import Queue
from outrider.kit.settings import settings


def link_sweep(caller: Caller) -> LinkSweep:
    return LinkSweep(_links(caller), Queue(settings().company_links_queue_url))


def index() -> ContactIndex:
    table = Table(settings().contacts_table)
    return ContactIndex(table, lambda workspace: _links(Caller.engine(workspace)))


def _links(caller: Caller) -> ContactLinks:
    workspace = caller.workspace
    return ContactLinks(contact_repository(workspace), company_repository(workspace))
