"""What is done with contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

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
    ContactRowResult,
    ContactUpdate,
    ContactWrite,
)
from outrider.contacts.search.lists import ContactLists
from outrider.entities.schemas import Result
from outrider.entities.service import EntityService, Kind
from outrider.kit import clock, ids
from outrider.kit.aws.dynamodb import Action
from outrider.kit.http.pagination import Page, Sealer
from outrider.kit.text.addresses import folded


@dataclass(frozen=True, slots=True)
class ContactService(EntityService[Contact, ContactWrite, ContactRowResult]):
    entities: ContactRepository
    lists: ContactLists
    companies: CompanyService

    kind = Kind("contact", "con", "address", ContactNotFound)
    row = TypeAdapter(ContactWrite)

    def list(self, query: ContactQuery) -> Page[Contact]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/contacts")
        contacts, place = self.lists.page(query, sealer.after(query))
        return sealer.page(query, contacts, place)

    def create(self, new: ContactCreate) -> Contact:
        """Raises EntityExists when the address is taken and `upsert` was not asked for."""
        return self.put(new, upsert=new.upsert)[0]

    def create_many(self, batch: ContactBatch) -> ContactBatchResult:
        """One result for each row, in the order of the rows."""
        return ContactBatchResult.of(self.put_many(batch.contacts, upsert=batch.upsert))

    def update(self, contact_id: str, update: ContactUpdate, if_match: int | None) -> Contact:
        """Change what is given, nothing else. Raises ContactNotFound, ValueOfAnother, and
        PreconditionFailed at another version than `if_match`."""
        return self.change(contact_id, update.given, if_match)

    def delete(self, contact_id: str) -> ContactDeleted:
        """Raises ContactNotFound. A suppression of the address stays."""
        self.remove(contact_id)
        return ContactDeleted(id=contact_id)

    def with_address(self, address: str) -> Contact | None:
        """The contact that has this normalised address."""
        return self.entities.with_value(address)

    def new(self, given: ContactWrite, *identity: str) -> Contact:
        fields = given.model_dump(exclude={"upsert"})
        fields["company_pinned"] = "company_id" in given.model_fields_set
        contact_id = self.caller.new_id("con", *identity)
        created_at = clock.to_text(clock.from_epoch_ms(ids.made_at(contact_id)))
        return Contact(id=contact_id, created_at=created_at, updated_at=clock.timestamp(), **fields)

    def given(self, row: ContactWrite) -> dict[str, Any]:
        return row.model_dump(exclude_unset=True, exclude={"email", "upsert"})

    def changes(self, current: Contact, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """An address that a merged contact had may become the contact's own."""
        address = folded(given.get("email") or "")
        others = [each for each in current.other_emails if folded(each) != address]
        return given if others == current.other_emails else {**given, "other_emails": others}

    def must_read(self, given: Mapping[str, Any]) -> bool:
        return "email" in given or "company_id" in given

    def check_actions(self, given: Mapping[str, Any]) -> Sequence[Action]:
        company_id = given.get("company_id")
        return [self.companies.check_exists_action(company_id)] if company_id else []

    def checks_of_rows(
        self, rows: Sequence[tuple[int, ContactWrite]]
    ) -> tuple[dict[int, str], Sequence[Action]]:
        wanted = {row.company_id for _, row in rows if row.company_id}
        there = self.companies.existing(wanted) if wanted else set()
        refused = {
            index: f"/company_id: {NO_COMPANY}"
            for index, row in rows
            if row.company_id and row.company_id not in there
        }
        return refused, [
            self.companies.check_exists_action(company_id) for company_id in sorted(there)
        ]

    def result(self, index: int, result: Result, **fields: str | None) -> ContactRowResult:
        email = fields.pop("value", None)
        return ContactRowResult(index=index, result=result, email=email, **fields)
