"""Links of contacts to companies: each contact to the company that has the domain of its address,
unless the domain gives everybody a mailbox or a caller has said otherwise.

Both directions come to the same decision, made of what is there at that moment: `settle` when a
contact comes or its address changes, `LinkSweep` when a company does. Whichever is later finds what
the other wrote: a contact stands in the index under its domain before its company is looked for,
and the sweep waits until the index shows what stood there before the company. A link is written
only if its company still has the domain, so none is written to a company after its last sweep.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from outrider.companies.domains import is_free_mail
from outrider.companies.models import Company
from outrider.companies.repository import CompanyRepository
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.kit import parallel
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import ItemPage, TransactionFailed
from outrider.kit.aws.sqs import Queue, QueueMessage
from outrider.kit.text.addresses import domain_of

AT_ONCE = 99
"""Links written in one transaction: beside them the company is checked, and it holds 100."""

_ATTEMPTS = 3
_PASSES = 20
_NEXT_PASS_SECONDS = 5


class StillLinked(Exception):
    """Contacts of a deleted company could not be unlinked in many passes."""


@dataclass(frozen=True, slots=True)
class ContactLinks:
    """Decides for contacts which company they belong to, and writes it."""

    contacts: ContactRepository
    companies: CompanyRepository

    def settle(self, items: Sequence[Item], gone: str | None = None) -> None:
        """Link or unlink the contacts of these items as they should be. What a caller gave stays,
        but for the company `gone`. Twice is the same as once.

        Raises TransactionFailed when companies keep changing meanwhile.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._settle(items, gone)
                return
            except TransactionFailed:  # a company went or changed its domain just now
                if attempt == _ATTEMPTS:
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
        """The contacts that are not as they should be, by company and domain; all that should have
        no company together."""
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
    """Whether a change of a contact's item, `before` None when it is new, may lead it to another
    company. A contact that comes to wait at a domain is looked at once more: its company may have
    come between the look and the writing."""
    if "deleted_at" in after:
        return False
    if before is None or before.get("email") != after["email"]:
        return True
    place = after.get("by_company_pk")
    return before.get("by_company_pk") != place and after.get("company_id") is None


class LinkJob(BaseModel):
    """A sweep through the contacts of one company, as a message: `after` is where it goes on in its
    `stage`, `found` whether this pass has found any so far."""

    workspace: str
    company_id: str
    stage: Literal["leaving", "joining"] = "leaving"
    after: dict[str, Any] | None = None
    found: bool = False
    passes: int = 1


@dataclass(frozen=True, slots=True)
class LinkSweep:
    """Brings all contacts of a company, or waiting at its domain, to where they belong."""

    links: ContactLinks
    queue: Queue

    def run(self, job: LinkJob, enough_time: Callable[[], bool]) -> None:
        """Go through the pages of the index. When time runs short a message goes on from there.

        At the end of a deletion, what is left of the company is removed: once a whole pass has
        found none of its contacts.
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
        """The stage to go on with, if any."""
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
