"""Researching the company of a contact."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller
from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.models import Contact
from outrider.credits.models import LedgerEntry, price
from outrider.credits.service import CreditService
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import TransactionFailed
from outrider.kit.errors import ServiceUnavailable
from outrider.research.composing import compose
from outrider.research.errors import NothingToResearch
from outrider.research.models import Findings
from outrider.research.repository import ResearchRepository
from outrider.research.schemas import Research, ResearchRequest
from outrider.research.site.choice import Site, site_of

FRESH = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ResearchService:
    """`look` finds out what there is at a site."""

    caller: Caller
    research: ResearchRepository
    companies: CompanyRepository
    credits: CreditService
    look: Callable[[Site], Findings]

    def carry_out(self, contact_id: str, request: ResearchRequest) -> Research:
        """What is known of the contact and its company. What was found in the last 24 hours is not
        looked for again, unless `refresh` is asked for.

        Raises ContactNotFound, NothingToResearch, InsufficientCredits.
        """
        self.caller.begin()
        contact, kept = self._read(contact_id)
        company = self.companies.get(contact.company_id) if contact.company_id else None
        site = site_of(contact, company)
        if self.caller.workspace.mode == "live" and site.is_reserved:
            raise NothingToResearch(f"There is no public site at {site.domain}")
        if kept and not request.refresh and _answers(kept, site):
            self.credits.took_nothing()
            return compose(kept, contact, company, site.domain)
        return self._anew(contact, company, site)

    def _read(self, contact_id: str) -> tuple[Contact, Findings | None]:
        if not ids.is_id("con", contact_id):
            raise ContactNotFound
        contact, kept = self.research.get(contact_id)
        if contact is None:
            raise ContactNotFound
        return contact, kept

    def _anew(self, contact: Contact, company: Company | None, site: Site) -> Research:
        held = self._hold()
        try:
            findings = self.look(site)
            answer = compose(findings, contact, company, site.domain)
        except Exception:
            self.credits.void(held.id)
            raise
        if findings.outcome != "found":
            self.credits.void(held.id, also=self.caller.keep_actions(answer))
        elif self._charge(held, contact, findings, answer).state != "posted":
            raise ServiceUnavailable("The research took too long and costs nothing; try again")
        return answer

    def _hold(self) -> LedgerEntry:
        """Credits for this request: what it held before a crash, unless that has expired."""
        attempt = 0
        while True:
            operation = self.caller.new_id("res", str(attempt))
            entry = self.credits.hold(operation, "research", price("research"))
            if entry.state == "held":
                return entry
            attempt += 1

    def _charge(
        self, held: LedgerEntry, contact: Contact, findings: Findings, answer: Research
    ) -> LedgerEntry:
        also = [
            *self.research.keep_actions(contact.id, findings),
            *self.caller.keep_actions(answer),
        ]
        try:
            return self.credits.post(held.id, held.held, also)
        except TransactionFailed as failure:
            self.credits.void(held.id)
            raise ContactNotFound from failure


def _answers(kept: Findings, site: Site) -> bool:
    """Whether what is kept is about this site, and of late."""
    found_at = clock.from_text(kept.researched_at)
    return kept.site == site.address and clock.now() - found_at < FRESH
