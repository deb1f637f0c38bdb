"""Construction of the services of `research`."""

from functools import partial

from outrider.access.models import Caller
from outrider.companies.repository import CompanyRepository
from outrider.contacts.repository import ContactRepository
from outrider.credits.wiring import credits
from outrider.kit.aws.dynamodb import Table
from outrider.kit.outbound.client import Outbound
from outrider.kit.settings import settings
from outrider.research.repository import ResearchRepository
from outrider.research.sandbox import simulated
from outrider.research.service import ResearchService
from outrider.research.site.looking import SiteLookup
from outrider.research.site.reader import SiteReader
from outrider.writing.wiring import model_writer


def research(caller: Caller, outer: Caller | None = None) -> ResearchService:
    """`outer` is the caller of the service that uses it, whose response a failure is."""
    contacts = ContactRepository(Table(settings().contacts_table), caller.workspace)
    companies = CompanyRepository(Table(settings().companies_table), caller.workspace)
    look = simulated if caller.workspace.mode == "test" else _looker().look
    return ResearchService(
        caller,
        ResearchRepository(contacts),
        companies,
        credits(caller),
        look,
        (outer or caller).keep_actions,
        partial(model_writer, caller.workspace),
    )


def _looker() -> SiteLookup:
    outbound = Outbound(loopback=settings().stage == "local")
    return SiteLookup(
        SiteReader(outbound), plain=outbound.loopback, dns_server=settings().dns_server
    )
