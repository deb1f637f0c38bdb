"""Links from contacts to companies. A contact is linked to the company that has the domain of its
email address, unless that is a free email domain or a caller has set `company_id`.

`ContactLinks.settle` runs when a contact is created or its address changes, `LinkSweep` when a
company is created, changed or deleted. Both make the same decision from the current data, and
whichever runs later sees the write of the other: a contact is in the index under its domain before
its company is looked up, and the sweep starts only when the eventually consistent index contains
the contacts that were written before the company. A condition check on the company's domain is part
of each link, so no link can be written after the company's last sweep.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from outrider.companies.domains import is_free_mail
from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.kit import parallel
from outrider.kit.attempts import FEW, attempts
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import ItemPage, TransactionFailed
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.models import Model
from outrider.kit.text.addresses import domain_of

AT_ONCE = 99
"""Links written in one transaction, which holds 100 actions: one is the condition check of the
company."""

_PASSES = 20
_NEXT_PASS_SECONDS = 5


class StillLinked(Exception):
    """A deleted company whose contacts could not all be unlinked within the allowed passes."""


@dataclass(frozen=True, slots=True)
class ContactLinks:
    """Decision which company each contact belongs to, and the writes that link it."""

    contacts: ContactRepository
    companies: CompanyRepository

    def settle(self, items: Sequence[Item], gone: str | None = None) -> None:
        """Link each contact of these items to its company, or unlink it. Idempotent. A `company_id`
        that a caller set is kept, unless it is the deleted company `gone`.

        Raises TransactionFailed if companies change during every attempt.
        """
        for number in attempts(FEW):
            try:
                self._settle(items, gone)
                return
            except TransactionFailed:  # a company went or changed its domain just now
                if number == FEW - 1:
                    raise

    def _settle(self, items: Sequence[Item], gone: str | None) -> None:
        parallel.each(self._link, list(self._decided(items, gone)))

    def _link(self, decided: tuple[str | None, str, list[Contact]]) -> None:
        company_id, domain, contacts = decided
        checks = [self.companies.check_domain_action(company_id, domain)] if company_id else []
        for start in range(0, len(contacts), AT_ONCE):
            part = contacts[start : start + AT_ONCE]
            self.contacts.link([(contact, company_id) for contact in part], checks)

    def _decided(
        self, items: Sequence[Item], gone: str | None
    ) -> Iterator[tuple[str | None, str, list[Contact]]]:
        """Yield the contacts whose link is wrong, grouped by company id and domain; contacts that
        should have no company form one group with None and an empty domain."""
        contacts = [
            contact
            for contact in map(Contact.from_item, items)
            if contact and (not contact.company_pinned or (gone and contact.company_id == gone))
        ]
        domains = {domain_of(contact.email) for contact in contacts}
        owners = self.companies.owners([each for each in domains if not is_free_mail(each)])
        places = {item["sk"]: item.get("by_company_pk") for item in items}
        decided: dict[tuple[str | None, str], list[Contact]] = {}
        for contact in contacts:
            domain = domain_of(contact.email)
            company_id = owners.get(domain)
            if self.contacts.is_linked(contact, company_id, places[contact.id]):
                continue
            decided.setdefault((company_id, domain if company_id else ""), []).append(contact)
        for (company_id, domain), of_company in decided.items():
            yield company_id, domain, of_company


def may_move(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> bool:
    """Return whether a change of a contact's item may require another company link; `before` is
    None for a new contact. Also true if the contact is indexed under its domain only now: its
    company may have been created between the look-up and the write."""
    if "deleted_at" in after:
        return False
    if before is None or before.get("email") != after["email"]:
        return True
    place = after.get("by_company_pk")
    return before.get("by_company_pk") != place and after.get("company_id") is None


class LinkJob(Model):
    """Queue message of a sweep through the contacts of one company. `stage` is `leaving` for
    contacts linked to it and `joining` for unlinked contacts of its domain, `after` the key to
    continue from, and `found` whether this pass has found any contact."""

    workspace: str
    company_id: str
    stage: Literal["leaving", "joining"] = "leaving"
    after: dict[str, Any] | None = None
    found: bool = False
    passes: int = 1


@dataclass(frozen=True, slots=True)
class LinkSweep:
    """Sweep that settles all contacts that are linked to a company or unlinked at its domain."""

    links: ContactLinks
    queue: Queue

    def run(self, job: LinkJob, enough_time: Callable[[], bool]) -> None:
        """Settle the contacts page by page; if time runs short, send a message that continues.

        The tombstone of a deleted company is removed once a whole pass has found no contact of it.
        Raises StillLinked after too many passes, and TransactionFailed if companies change during
        every attempt.
        """
        company, deleted = self.links.companies.even_deleted(job.company_id)
        while company is not None:
            page = self._page(job, company, deleted)
            self.links.settle(page.items, gone=company.id if deleted else None)
            job = job.model_copy(
                update={"after": page.last_key, "found": job.found or bool(page.items)}
            )
            if page.last_key is None:
                following = self._end_of_stage(job, company, deleted)
                if following is None:
                    return
                job = following
            if not enough_time():
                self.queue.send([QueueMessage(job.model_dump(), job.workspace)])
                return

    def _page(self, job: LinkJob, company: Company, deleted: bool) -> ItemPage:
        contacts = self.links.contacts
        if job.stage == "leaving":
            return contacts.of_company(company.id, AT_ONCE, job.after)
        if deleted or company.domain is None or is_free_mail(company.domain):
            return ItemPage([], None)
        return contacts.without_company(company.domain, AT_ONCE, job.after)

    def _end_of_stage(self, job: LinkJob, company: Company, deleted: bool) -> LinkJob | None:
        """Return the job of the next stage, or None if the sweep ends here or continues by
        message."""
        if not deleted:
            return job.model_copy(update={"stage": "joining"}) if job.stage == "leaving" else None
        if not job.found:
            self.links.companies.bury(company)
        elif job.passes == _PASSES:
            raise StillLinked
        else:
            again = job.model_copy(update={"found": False, "passes": job.passes + 1})
            self.queue.send([QueueMessage(again.model_dump(), job.workspace, _NEXT_PASS_SECONDS)])
        return None
