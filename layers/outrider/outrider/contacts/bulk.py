"""Contacts by the hundred: found by their addresses, written so that a repetition knows its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.contacts.models import Contact
from outrider.contacts.repository import ContactMoved, ContactRepository, contact_from
from outrider.kit import marks
from outrider.kit.attributes import Item
from outrider.kit.dynamo import (
    Action,
    ConditionFailed,
    TransactionFailed,
    batch_get,
    transact,
    transact_groups,
)
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who has an address: a contact, or (without `item`) one that is gone and left its claim."""

    owner: str
    item: Item | None


@dataclass(frozen=True, slots=True)
class NewContact:
    contact: Contact
    events: Sequence[Event]
    mark: str
    former_owner: str | None = None


@dataclass(frozen=True, slots=True)
class ContactBulk(ContactRepository):
    def find(self, addresses: Iterable[str]) -> dict[str, Claimed]:
        """Who has these addresses, by address."""
        pk = f"{self.workspace}#email"
        claims = batch_get((self.table, pk, address) for address in addresses)
        owners = {address: str(claim["contact_id"]) for (*_, address), claim in claims.items()}
        items = batch_get(self.key(owner) for owner in set(owners.values()))
        present = {sk: item for (*_, sk), item in items.items() if "deleted_at" not in item}
        return {
            address: Claimed(owner, present.get(owner))
            for address, owner in owners.items()
            if owner not in present or Contact.model_validate(present[owner]).has_address(address)
        }

    def add_marked(self, new: Sequence[NewContact]) -> set[str]:
        """Add up to ADD_AT_ONCE contacts, leaving out those whose address others have: their ids.

        One that is there by an earlier try counts as added.
        """
        groups = {each.contact.id: self._marked(each) for each in new}
        refused = transact_groups(groups, lambda count: [self._counted(count)])
        return {
            contact_id
            for contact_id, (_, claim) in refused.items()
            if (claim.item or {}).get("contact_id") != contact_id
        }

    def change_marked(
        self,
        contact_id: str,
        changes: Mapping[str, Any],
        events: Sequence[Event],
        *,
        version: int,
        mark: str,
    ) -> bool:
        """Whether the contact was at `version` and has been changed, by this or an earlier try."""
        changes = {**changes, **marks.attribute(mark)}
        try:
            self.update(contact_id, changes, events, version=version)
        except ContactMoved as moved:
            failure = moved.__cause__
            found = failure.item if isinstance(failure, ConditionFailed) else None
            return contact_from(found) is not None and marks.mark_of(found) == mark
        return True

    def withdraw(self, contact_id: str, events: Sequence[Event], *, version: int) -> bool:
        """Delete a contact that is still at `version`; False when it is at another. One that is
        gone already counts as deleted."""
        try:
            transact(self._tombstone(contact_id, events, version), self._counted(-1))
        except TransactionFailed as failure:
            return contact_from(failure.reasons[0].item) is None
        return True

    def _marked(self, new: NewContact) -> tuple[Action, Action]:
        put, claim = self._add(new.contact, new.events, new.former_owner)
        return marks.marked(put, new.mark), claim
