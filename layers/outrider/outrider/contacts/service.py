"""Creation, lists, changes and deletion of contacts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from outrider.access.models import Caller
from outrider.companies.errors import NO_COMPANY
from outrider.companies.service import CompanyService
from outrider.contacts.errors import ContactNotFound
from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactRepository
from outrider.contacts.schemas import (
    ContactBatch,
    ContactBatchResult,
    ContactCreate,
    ContactDeleted,
    ContactQuery,
    ContactReference,
    ContactRowResult,
    ContactUpdate,
    ContactWrite,
)
from outrider.contacts.search.counted import CountedContacts
from outrider.contacts.search.filters import ContactFilter
from outrider.contacts.search.lists import ContactLists
from outrider.entities.batches import EntityBatch, Rows
from outrider.entities.errors import EntityExists
from outrider.entities.offsets import OffsetPage
from outrider.entities.repository import ValueTaken
from outrider.entities.schemas import Result
from outrider.entities.writes import EntityWrites, Kind
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Action
from outrider.kit.http.pagination import Page, Sealer
from outrider.kit.http.responses import Made, made
from outrider.kit.text.addresses import folded

CONTACT = Kind("contact", "con", "address", ContactNotFound)
_ROW = TypeAdapter(ContactWrite)


@dataclass(frozen=True, slots=True)
class ContactService:
    caller: Caller
    contacts: ContactRepository
    lists: ContactLists
    companies: CompanyService

    def list(self, query: ContactQuery) -> Page[Contact]:
        """Return a page of contacts, filtered and sorted. Raises ValidationFailed if the cursor is
        invalid."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/contacts")
        contacts, place = self.lists.page(query, sealer.after(query))
        return sealer.page(query, contacts, place)

    def page_at(self, asked: ContactFilter, limit: int, offset: int) -> OffsetPage[Contact]:
        """Return the page of contacts from an offset, newest first, with the exact total. The
        filters are those of `counted.FILTERS`. Raises ValidationFailed if the contacts are too many
        to be counted, or the offset is too far behind what was read before."""
        return CountedContacts(self.contacts).page(asked, limit, offset)

    def create(self, new: ContactCreate) -> Made[Contact]:
        """Create a contact, or update the one with its address if `upsert` is set. Raises
        EntityExists if the address is taken and `upsert` is not set, ValidationFailed if the
        company does not exist, and Contended if the contact changes during every attempt."""
        entity, result = self.put(new, upsert=new.upsert)
        return made(entity, created=result == "created")

    def put(self, row: ContactWrite, *, upsert: bool) -> tuple[Contact, Result]:
        """Create a contact, or with `upsert` update the one with its address.

        Raises EntityExists if the address is taken and `upsert` is false, ValidationFailed if the
        company does not exist, and Contended if the contact changes during every attempt.
        """
        contact, given = self._new(row), _given(row)
        created = self.caller.event("contact.created", contact_id=contact.id)
        also = [*self._check_actions(given), *self.caller.keep_actions(contact)]
        try:
            self.contacts.add(contact, [created], also=also)
        except ValueTaken as taken:
            return self._writes.settle(contact, given, taken, upsert=upsert)
        return contact, "created"

    def find_or_create(self, reference: ContactReference) -> Contact:
        """Return the contact with the id or the address, or a new one. The request's fields do not
        change an existing contact. Raises ContactNotFound."""
        if reference.contact_id is not None:
            return self.get(reference.contact_id)
        new = reference.new_contact()
        if found := self.with_address(new.email):
            return found
        try:
            return self.put(new, upsert=False)[0]
        except EntityExists as exists:
            return self.get(exists.owner)

    def create_many(self, batch: ContactBatch) -> Made[ContactBatchResult]:
        """Return one result for each row, in the order of the rows."""
        rows = EntityBatch(
            replace(self._writes, keeps=False),
            _ROW,
            ContactRowResult,
            self._new,
            _given,
            self._check_companies,
        )
        done = ContactBatchResult.of(rows.put(batch.contacts, upsert=batch.upsert))
        return made(done, created=done.counts["created"] > 0)

    def get(self, contact_id: str) -> Contact:
        """Return the contact. Raises ContactNotFound."""
        contact = self.contacts.get(contact_id) if CONTACT.is_id(contact_id) else None
        if contact is None:
            raise ContactNotFound
        return contact

    def several(self, contact_ids: Iterable[str]) -> dict[str, Contact]:
        """Return those of `contact_ids` that exist, by id."""
        return self.contacts.get_many([each for each in contact_ids if CONTACT.is_id(each)])

    def count(self) -> int:
        """Return how many contacts the workspace has."""
        return self.contacts.count()

    def with_address(self, address: str) -> Contact | None:
        """Return the contact with this normalised address, or None."""
        return self.contacts.with_value(address)

    def check_exists_action(self, contact_id: str) -> Action:
        """Return the condition check that the contact exists and is not deleted."""
        return self.contacts.check_present_action(contact_id)

    def update(self, contact_id: str, update: ContactUpdate, if_match: int | None) -> Contact:
        """Change only the given fields. Raises ContactNotFound, ValueOfAnother if another contact
        has the address, ValidationFailed if the company does not exist, PreconditionFailed if the
        contact is not at version `if_match`, and Contended if it changes during every attempt."""
        given = update.given
        must_read = "email" in given or "company_id" in given
        return self._writes.change(contact_id, given, if_match, must_read=must_read)

    def delete(self, contact_id: str, if_match: int | None) -> ContactDeleted:
        """Delete the contact; suppressions of its addresses are kept. Raises ContactNotFound, and
        PreconditionFailed if it is not at version `if_match`."""
        self._writes.remove(contact_id, if_match)
        return ContactDeleted(id=contact_id)

    @property
    def _writes(self) -> EntityWrites[Contact]:
        return EntityWrites(self.caller, self.contacts, CONTACT, _changes, self._check_actions)

    def _new(self, given: ContactWrite, *identity: str) -> Contact:
        fields = given.model_dump(exclude={"upsert"})
        fields["company_pinned"] = "company_id" in given.model_fields_set
        contact_id = self.caller.new_id("con", *identity)
        created_at = clock.to_text(clock.from_epoch_ms(ids.made_at(contact_id)))
        return Contact(id=contact_id, created_at=created_at, updated_at=clock.timestamp(), **fields)

    def _check_actions(self, given: Mapping[str, Any]) -> Sequence[Action]:
        company_id = given.get("company_id")
        return [self.companies.check_exists_action(company_id)] if company_id else []

    def _check_companies(self, rows: Rows[ContactWrite]) -> tuple[dict[int, str], Sequence[Action]]:
        wanted = {row.company_id for _, row in rows if row.company_id}
        existing = self.companies.existing(wanted) if wanted else set()
        refused = {
            index: f"/company_id: {NO_COMPANY}"
            for index, row in rows
            if row.company_id and row.company_id not in existing
        }
        return refused, [
            self.companies.check_exists_action(company_id) for company_id in sorted(existing)
        ]


def _given(row: ContactWrite) -> dict[str, Any]:
    return row.model_dump(exclude_unset=True, exclude={"email", "upsert"})


def _changes(current: Contact, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the changes, with the new email address removed from `other_emails`."""
    address = folded(given.get("email") or "")
    others = [each for each in current.other_emails if folded(each) != address]
    return given if others == current.other_emails else {**given, "other_emails": others}
