"""What is done with contacts."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from outrider.access.models import Caller
from outrider.companies.errors import NO_COMPANY
from outrider.companies.service import CompanyService
from outrider.contacts.errors import AddressOfAnother, ContactExists, ContactNotFound
from outrider.contacts.lists import ContactLists
from outrider.contacts.models import Contact
from outrider.contacts.repository import (
    ADD_AT_ONCE,
    AddressTaken,
    ContactMoved,
    ContactRepository,
)
from outrider.contacts.schemas import (
    ContactBatch,
    ContactBatchResult,
    ContactCreate,
    ContactDeleted,
    ContactQuery,
    ContactUpdate,
    ContactWrite,
    Result,
    RowResult,
)
from outrider.kit import clock, ids
from outrider.kit.dynamo import Action, StoreFailed
from outrider.kit.errors import Conflict, Contended, OutriderError, ValidationFailed
from outrider.kit.outbox import Event
from outrider.kit.pagination import Page, Sealer
from outrider.kit.requests import explain, shortened

_AT_ONCE = 8
_ATTEMPTS = 3
_CONTENDED = "Another request changed this contact at the same time"
_ROW = TypeAdapter(ContactWrite)


@dataclass(frozen=True, slots=True)
class ContactService:
    caller: Caller
    contacts: ContactRepository
    lists: ContactLists
    companies: CompanyService

    def get(self, contact_id: str) -> Contact:
        """Raises ContactNotFound."""
        contact = self.contacts.get(contact_id) if ids.is_id("con", contact_id) else None
        if contact is None:
            raise ContactNotFound
        return contact

    def existing(self, contact_ids: Sequence[str]) -> set[str]:
        """Those of `contact_ids` that name a contact of this workspace."""
        wanted = [contact_id for contact_id in contact_ids if ids.is_id("con", contact_id)]
        return set(self.contacts.get_many(wanted))

    def list(self, query: ContactQuery) -> Page[Contact]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/contacts")
        contacts, place = self.lists.page(query, sealer.after(query))
        return sealer.page(query, contacts, place)

    def create(self, new: ContactCreate) -> Contact:
        """Raises ContactExists when the address is taken and `upsert` was not asked for."""
        return self._put(self._contact(new), new, new.upsert)[0]

    def create_many(self, batch: ContactBatch) -> ContactBatchResult:
        """One result for each row, in the order of the rows."""
        self.caller.begin()
        results: dict[int, RowResult] = {}
        rows: list[tuple[int, ContactWrite]] = []
        first_with: dict[str, int] = {}
        for index, raw in enumerate(batch.contacts):
            try:
                row = _ROW.validate_python(raw, strict=True)
            except ValidationError as error:
                results[index] = _refused(index, raw, error)
                continue
            first = first_with.setdefault(row.email, index)
            if first == index:
                rows.append((index, row))
            else:
                reason = f"The same address stands in row {first}"
                results[index] = RowResult(
                    index=index, result="skipped", email=row.email, reason=reason
                )
        chunks = [rows[start : start + ADD_AT_ONCE] for start in range(0, len(rows), ADD_AT_ONCE)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for part in pool.map(lambda chunk: self._add_rows(chunk, batch.upsert), chunks):
                results |= part
        return ContactBatchResult.of([results[index] for index in sorted(results)])

    def update(self, contact_id: str, update: ContactUpdate, if_match: int | None) -> Contact:
        """Change what is given, nothing else. Raises ContactNotFound, AddressOfAnother, and
        Conflict at another version than `if_match`."""
        given = update.given
        if not ids.is_id("con", contact_id):
            raise ContactNotFound
        if given.keys() & {"email", "company_id"} or self.caller.may_repeat:
            return self._change(contact_id, given, if_match)
        events = [self._updated(contact_id, given)]
        try:
            return self.contacts.update(contact_id, given, events, version=if_match)
        except ContactMoved as moved:
            if moved.current is None:
                raise ContactNotFound from moved
            raise Conflict.at_version(moved.current.version) from moved

    def delete(self, contact_id: str) -> ContactDeleted:
        """Raises ContactNotFound. A suppression of the address stays."""
        deleted = self.caller.event("contact.deleted", contact_id=contact_id)
        if not ids.is_id("con", contact_id) or not self.contacts.remove(contact_id, [deleted]):
            raise ContactNotFound
        return ContactDeleted(id=contact_id)

    def record_reply(self, contact_id: str) -> None:
        self.contacts.record_reply(contact_id)

    def _add_rows(
        self, rows: Sequence[tuple[int, ContactWrite]], upsert: bool
    ) -> dict[int, RowResult]:
        """Rows of different addresses, in one transaction where all of them are new."""
        try:
            results, rows, checks = self._with_companies(rows)
        except StoreFailed as failure:
            return {index: _not_now(index, row, failure) for index, row in rows}
        new = {index: self._contact(row, str(index)) for index, row in rows}
        try:
            taken = self.contacts.add_many(
                [
                    (contact, [self.caller.event("contact.created", contact_id=contact.id)])
                    for contact in new.values()
                ],
                also=checks,
            )
            owners = self.contacts.get_many(sorted(set(taken.values()))) if taken else {}
        except (StoreFailed, ValidationFailed) as failure:  # a company has just been deleted
            return results | {index: _not_now(index, row, failure) for index, row in rows}
        for index, row in rows:
            contact = new[index]
            owner = taken.get(contact.id)
            if owner in (None, contact.id):  # itself: made before the request was cut short
                results[index] = RowResult(
                    index=index, result="created", id=contact.id, email=row.email
                )
            else:
                results[index] = self._settle(index, row, contact, owners.get(owner), upsert)
        return results

    def _settle(
        self,
        index: int,
        row: ContactWrite,
        contact: Contact,
        existing: Contact | None,
        upsert: bool,
    ) -> RowResult:
        """What becomes of a row whose address is taken: by `existing`, or by one that is gone."""
        settled = RowResult(index=index, result="skipped", email=row.email)
        if existing is not None and not existing.has_address(row.email):
            existing = None
        try:
            if existing is not None and not upsert:
                raise ContactExists(existing.id)
            put, settled.result = (
                self._update(existing, row) if existing else self._put(contact, row, upsert)
            )
            settled.id = put.id
        except ContactExists as exists:
            settled.id, settled.reason = exists.contact_id, exists.detail
        except (Conflict, StoreFailed, ValidationFailed) as failure:
            return _not_now(index, row, failure)
        return settled

    def _with_companies(
        self, rows: Sequence[tuple[int, ContactWrite]]
    ) -> tuple[dict[int, RowResult], Sequence[tuple[int, ContactWrite]], Sequence[Action]]:
        """The results of rows whose company is none, the other rows, and that their companies are
        still there, for the transaction."""
        wanted = {row.company_id for _, row in rows if row.company_id}
        there = self.companies.existing(wanted) if wanted else set()
        refused = {
            index: RowResult(
                index=index, result="failed", email=row.email, reason=f"/company_id: {NO_COMPANY}"
            )
            for index, row in rows
            if row.company_id and row.company_id not in there
        }
        checks = [self.companies.must_exist(company_id) for company_id in sorted(there)]
        return refused, [(index, row) for index, row in rows if index not in refused], checks

    def _put(self, contact: Contact, row: ContactWrite, upsert: bool) -> tuple[Contact, Result]:
        """Add the contact, or update the one that has its address. A claim that a deleted contact
        left behind is taken over. Raises ContactExists, and Conflict when others keep changing."""
        created = self.caller.event("contact.created", contact_id=contact.id)
        gone: str | None = None
        for _ in range(_ATTEMPTS):
            try:
                self.contacts.add(
                    contact, [created], former_owner=gone, also=self._also(contact, row.company_id)
                )
            except AddressTaken as taken:
                existing = self.contacts.get(taken.owner)
                if existing is None:
                    gone = taken.owner
                elif not existing.has_address(contact.email):
                    gone = None
                elif upsert:
                    return self._update(existing, row)
                else:
                    raise ContactExists(existing.id) from taken
            else:
                return contact, "created"
        raise Contended(_CONTENDED)

    def _update(self, existing: Contact, row: ContactWrite) -> tuple[Contact, Result]:
        """Change what `row` gives, nothing else. Raises Conflict when others keep changing it."""
        given = row.model_dump(exclude_unset=True, exclude={"email", "upsert"})
        current: Contact | None = existing
        for _ in range(_ATTEMPTS):
            if current is None or not current.has_address(row.email):
                break
            changes = {
                name: value for name, value in given.items() if getattr(current, name) != value
            }
            if not changes:
                return current, "unchanged"
            after = current.changed(changes)
            events = [self._updated(current.id, changes)]
            try:
                also = self._also(after, changes.get("company_id"))
                self.contacts.change(current, after, events, also=also)
            except ContactMoved as moved:
                current = moved.current
            else:
                return after, "updated"
        raise Contended(_CONTENDED)

    def _change(self, contact_id: str, given: dict[str, Any], if_match: int | None) -> Contact:
        """As `update`, of a contact that has to be read first: for another address, or because the
        answer is kept with the change. Raises Conflict also when others keep changing the contact
        or the claim on the address."""
        for _ in range(_ATTEMPTS):
            address = given.get("email")
            current, owner = self._read(contact_id, address)
            if current is None:
                raise ContactNotFound
            if if_match not in (None, current.version):
                raise Conflict.at_version(current.version)
            changes = {name: value for name, value in given.items() if name != "email"}
            if address in (None, current.email):
                if not changes:
                    return current
                after = current.changed(changes)
                events = [self._updated(contact_id, changes)]
                try:
                    also = self._also(after, given.get("company_id"))
                    self.contacts.change(current, after, events, also=also)
                except ContactMoved:
                    continue
                return after
            if address in current.other_emails:
                others = [each for each in current.other_emails if each != address]
                given = {**given, "other_emails": others}
            elif owner and (other := self.contacts.get(owner)):
                if other.has_address(address):
                    raise AddressOfAnother(owner)
                continue  # it has just left the address
            after = current.changed(given)
            events = [self._updated(contact_id, given)]
            also = self._also(after, given.get("company_id"))
            if self.contacts.readdress(current, after, events, former_owner=owner, also=also):
                return after
        raise Contended(_CONTENDED)

    def _read(self, contact_id: str, address: str | None) -> tuple[Contact | None, str | None]:
        """The contact, and the owner of the claim on `address`, if there is one."""
        if address is None:
            return self.contacts.get(contact_id), None
        return self.contacts.with_owner(contact_id, address)

    def _contact(self, row: ContactWrite, *identity: str) -> Contact:
        given = row.model_dump(exclude={"upsert"})
        given["company_pinned"] = "company_id" in row.model_fields_set
        contact_id = self.caller.new_id("con", *identity)
        created_at = clock.to_text(clock.from_epoch_ms(ids.made_at(contact_id)))
        return Contact(id=contact_id, created_at=created_at, updated_at=clock.timestamp(), **given)

    def _also(self, contact: Contact, company_id: str | None) -> Sequence[Action]:
        """What belongs to the write of a contact whom the caller gives this company. Raises
        ValidationFailed."""
        checks = [self.companies.must_exist(company_id)] if company_id else []
        return [*checks, *self.caller.keep(contact)]

    def _updated(self, contact_id: str, changes: Mapping[str, Any]) -> Event:
        return self.caller.event("contact.updated", contact_id=contact_id, changed=sorted(changes))


def _not_now(index: int, row: ContactWrite, failure: OutriderError) -> RowResult:
    """A row that another try may bring in."""
    reason = f"{failure.detail} (send this row again)"
    return RowResult(index=index, result="failed", email=row.email, reason=reason)


def _refused(index: int, row: dict[str, Any], error: ValidationError) -> RowResult:
    email = row.get("email")
    return RowResult(
        index=index,
        result="failed",
        email=shortened(email) if isinstance(email, str) else None,
        reason=explain(error),
    )
