"""Research of a contact's company."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.models import Contact
from outrider.credits.models import LedgerEntry, price
from outrider.credits.service import CreditService
from outrider.kit import ids
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import ServiceUnavailable
from outrider.research.composing import compose
from outrider.research.errors import NothingToResearch, ResearchedMeanwhile
from outrider.research.models import Findings
from outrider.research.repository import ResearchRepository, is_fresh
from outrider.research.schemas import Research, ResearchRequest
from outrider.research.site.choice import Site, site_of


@dataclass(frozen=True, slots=True)
class ResearchService:
    """Research in one workspace. `look` fetches a site and returns findings about it;
    `keep_failure` returns the writes that store a response for which nothing was found."""

    caller: Caller
    research: ResearchRepository
    companies: CompanyRepository
    credits: CreditService
    look: Callable[[Site], Findings]
    keep_failure: Callable[[Research], Sequence[Action]]

    def carry_out(self, contact_id: str, request: ResearchRequest) -> Research:
        """Research the company of a contact. Findings from the last 24 hours, for this contact or
        another one of its company, are reused without a charge unless `refresh` is set. Credits are
        held first, and charged only if a page was read.

        Raises ContactNotFound, NothingToResearch, InsufficientCredits, and ServiceUnavailable if
        the hold expired meanwhile; nothing is charged then.
        """
        self.caller.begin()
        contact, company, kept = self.known(contact_id)
        site = site_of(contact, company)
        if self.caller.workspace.mode == "live" and site.is_reserved:
            raise NothingToResearch(f"There is no public site at {site.domain}")
        if not request.refresh:
            fresh = kept if kept and _answers(kept, site) else self._of_colleague(contact, site)
            if fresh:
                self.credits.took_nothing()
                return compose(fresh, contact, company, site.domain)
        held = self._hold()
        if held.status == "posted" and kept:
            self.credits.took_nothing()
            return compose(kept, contact, company, site.domain)
        return self._anew(held, contact, company, site, replacing=request.refresh)

    def kept(self, contact_id: str) -> Research | None:
        """Return what was found last about the contact's company, however long ago, or None.

        Raises ContactNotFound.
        """
        contact, company, findings = self.known(contact_id)
        if findings is None:
            return None
        return compose(findings, contact, company, site_of(contact, company).domain)

    def known(self, contact_id: str) -> tuple[Contact, Company | None, Findings | None]:
        """Return the contact with its company and the findings stored with it. Raises
        ContactNotFound."""
        contact, findings = self._read(contact_id)
        company = self.companies.get(contact.company_id) if contact.company_id else None
        return contact, company, findings

    def _of_colleague(self, contact: Contact, site: Site) -> Findings | None:
        """Return fresh findings made for another contact of the company, after storing them with
        this contact, or None. Raises ContactNotFound."""
        findings = self.research.of_site(site.address)
        if findings is not None:
            try:
                transact(*self.research.keep_actions(contact.id, findings))
            except TransactionFailed as failure:
                raise ContactNotFound from failure
        return findings

    def _read(self, contact_id: str) -> tuple[Contact, Findings | None]:
        if not ids.is_id("con", contact_id):
            raise ContactNotFound
        contact, kept = self.research.get(contact_id)
        if contact is None:
            raise ContactNotFound
        return contact, kept

    def _anew(
        self,
        held: LedgerEntry,
        contact: Contact,
        company: Company | None,
        site: Site,
        *,
        replacing: bool,
    ) -> Research:
        try:
            findings = self.look(site)
            answer = compose(findings, contact, company, site.domain)
        except Exception:
            self.credits.void(held.id)
            raise
        if findings.outcome != "found":
            self.credits.void(held.id, also=self.keep_failure(answer))
            return answer
        try:
            posted = self._charge(held, contact, findings, answer, replacing=replacing)
        except ResearchedMeanwhile:
            self.credits.void(held.id)
            theirs = self._of_colleague(contact, site) or findings
            return compose(theirs, contact, company, site.domain)
        if posted.status != "posted":
            raise ServiceUnavailable("The research took too long and costs nothing; try again")
        return answer

    def _hold(self) -> LedgerEntry:
        """Hold credits for this request, and return the hold. A retry after a crash gets the
        existing one unless it has expired: it is `posted` if the research was charged."""
        attempt = 0
        while True:
            operation = self.caller.new_id("res", str(attempt))
            entry = self.credits.hold(operation, "research", price("research"))
            if entry.status != "void":
                return entry
            attempt += 1

    def _charge(
        self,
        held: LedgerEntry,
        contact: Contact,
        findings: Findings,
        answer: Research,
        *,
        replacing: bool,
    ) -> LedgerEntry:
        share = self.research.share_action(findings, replacing=replacing)
        also = [
            *self.research.keep_actions(contact.id, findings),
            share.or_raise(ResearchedMeanwhile()),
            *self.caller.keep_actions(answer),
        ]
        try:
            return self.credits.post(held.id, held.held, also)
        except TransactionFailed as failure:
            self.credits.void(held.id)
            raise ContactNotFound from failure


def _answers(kept: Findings, site: Site) -> bool:
    """Return whether the findings are about this site and from the last 24 hours."""
    return kept.site == site.address and is_fresh(kept)
