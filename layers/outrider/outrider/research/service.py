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
from outrider.research.composing import compose, recipient_of, site_facts
from outrider.research.errors import NothingToResearch, ResearchedMeanwhile
from outrider.research.models import Findings
from outrider.research.repository import ResearchRepository, is_fresh, is_paid
from outrider.research.schemas import Research, ResearchRequest
from outrider.research.site.choice import Site, site_of
from outrider.writing.errors import WritingFailed
from outrider.writing.models import SummaryRequest
from outrider.writing.port import Writer


@dataclass(frozen=True, slots=True)
class Subject:
    """The contact to be researched, its company and their site."""

    contact: Contact
    company: Company | None
    site: Site

    def answer(self, findings: Findings) -> Research:
        """Return the response for findings about the site."""
        return compose(findings, self.contact, self.company, self.site.domain)


@dataclass(frozen=True, slots=True)
class ResearchService:
    """Research in one workspace.

    `look` asks a site, which may refer to older findings, and returns findings about it;
    `keep_failure` returns the writes that store a response for which nothing was found;
    `model_writer` returns the writer of a workspace with a provider of language models, or None.
    """

    caller: Caller
    research: ResearchRepository
    companies: CompanyRepository
    credits: CreditService
    look: Callable[[Site, Findings | None], Findings]
    keep_failure: Callable[[Research], Sequence[Action]]
    model_writer: Callable[[], Writer | None]

    def carry_out(self, contact_id: str, request: ResearchRequest) -> Research:
        """Research the company of a contact. Findings from the last 24 hours, for this contact or
        another one of its company, are reused as long as the page's caching headers allow.
        Otherwise the site is asked again, without a charge if a research of it was paid in the last
        24 hours. `refresh` always asks, and pays. Credits are held first, and charged only if a
        page was read.

        Raises ContactNotFound, NothingToResearch, InsufficientCredits, and ServiceUnavailable if
        the hold expired meanwhile; nothing is charged then.
        """
        self.caller.begin()
        contact, company, kept = self.known(contact_id)
        site = site_of(contact, company)
        if self.caller.workspace.mode == "live" and site.is_reserved:
            raise NothingToResearch(f"There is no public site at {site.domain}")
        subject = Subject(contact, company, site)
        before = kept if kept and kept.site == site.address else None
        if not request.refresh:
            if before and is_fresh(before):
                self.credits.took_nothing()
                return subject.answer(before)
            record = self.research.of_site(site.address)
            if record and record.findings and is_fresh(record.findings):
                return self._free(subject, record.findings)
            before = (record and record.findings) or before
            if record and is_paid(record):
                return self._again(subject, before, record.paid_at)
        held = self._hold()
        if held.status == "posted" and kept:
            self.credits.took_nothing()
            return subject.answer(kept)
        return self._anew(held, subject, before, replacing=request.refresh)

    def kept(self, contact_id: str) -> Research | None:
        """Return what was found last about the contact's company, however long ago, or None.

        Raises ContactNotFound.
        """
        contact, company, findings = self.known(contact_id)
        if findings is None:
            return None
        site = site_of(contact, company)
        return Subject(contact, company, site).answer(findings)

    def recipient(self, contact_id: str) -> SummaryRequest | None:
        """Return what is known about a contact and its company, or None if it was not researched.
        Raises ContactNotFound."""
        contact, company, findings = self.known(contact_id)
        if findings is None:
            return None
        try:
            site = site_of(contact, company)
        except NothingToResearch:
            return None
        return recipient_of(findings, contact, company, site.domain)

    def known(self, contact_id: str) -> tuple[Contact, Company | None, Findings | None]:
        """Return the contact with its company and the findings stored with it. Raises
        ContactNotFound."""
        contact, findings = self._read(contact_id)
        company = self.companies.get(contact.company_id) if contact.company_id else None
        return contact, company, findings

    def _free(self, subject: Subject, findings: Findings, *also: Action) -> Research:
        """Store findings with the contact without a charge. Raises ContactNotFound."""
        answer = subject.answer(findings)
        try:
            transact(*self.research.keep_actions(subject.contact.id, findings), *also)
        except TransactionFailed as failure:
            raise ContactNotFound from failure
        self.credits.took_nothing()
        return answer

    def _again(self, subject: Subject, before: Findings | None, paid_at: str) -> Research:
        """Ask a site again whose research was paid at `paid_at`."""
        findings = self._summarized(self.look(subject.site, before), before, subject.site)
        if findings.outcome != "found":
            self.credits.took_nothing()
            return subject.answer(findings)
        share = self.research.share_anew_action(findings, paid_at)
        try:
            return self._free(subject, findings, share.or_raise(ResearchedMeanwhile()))
        except ResearchedMeanwhile:
            return self._free(subject, findings)

    def _read(self, contact_id: str) -> tuple[Contact, Findings | None]:
        if not ids.is_id("con", contact_id):
            raise ContactNotFound
        contact, kept = self.research.get(contact_id)
        if contact is None:
            raise ContactNotFound
        return contact, kept

    def _anew(
        self, held: LedgerEntry, subject: Subject, before: Findings | None, *, replacing: bool
    ) -> Research:
        try:
            findings = self.look(subject.site, before)
            findings = self._summarized(findings, before, subject.site)
            answer = subject.answer(findings)
        except Exception:
            self.credits.void(held.id)
            raise
        if findings.outcome != "found":
            self.credits.void(held.id, also=self.keep_failure(answer))
            return answer
        try:
            posted = self._charge(held, subject.contact, findings, answer, replacing=replacing)
        except ResearchedMeanwhile:
            self.credits.void(held.id)
            record = self.research.of_site(subject.site.address)
            return self._free(subject, (record and record.findings) or findings)
        if posted.status != "posted":
            raise ServiceUnavailable("The research took too long and costs nothing; try again")
        return answer

    def _summarized(self, findings: Findings, before: Findings | None, site: Site) -> Findings:
        """Return the findings with a summary by the workspace's model, or without one if it has
        none or nothing that can be used was written. The summary of the same facts is kept."""
        if findings.outcome != "found":
            return findings
        if before and before.summary and _says_the_same(before, findings):
            return findings.model_copy(update={"summary": before.summary})
        writer = self.model_writer()
        facts = site_facts(findings, site.domain)
        if writer is None or not facts.facts:
            return findings
        try:
            return findings.model_copy(update={"summary": writer.summary(facts)})
        except WritingFailed:
            return findings

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


def _says_the_same(before: Findings, after: Findings) -> bool:
    return (before.facts, before.mail_provider) == (after.facts, after.mail_provider)
