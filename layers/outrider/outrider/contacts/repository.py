"""Keys, expressions and items of contacts.

A contact is `<workspace>` / `con_…`; its claim on its address is `<workspace>#email` / `<address>`.
A contact that was merged into another is found by `<workspace>#merged` / `con_…`.
A deleted contact stays as a tombstone that no read shows, until the worker has removed it together
with its claim: so deleting is one write that needs no read, and still carries its event.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from outrider.access.models import WorkspaceId
from outrider.contacts.indexes import INDEX_KEYS, company_place, index_keys
from outrider.contacts.models import Contact
from outrider.kit import clock, outbox
from outrider.kit.attributes import Item
from outrider.kit.counters import Counters
from outrider.kit.dynamo import (
    Action,
    ConditionFailed,
    Page,
    Query,
    Table,
    TransactionFailed,
    batch_get,
    transact,
    transact_groups,
)
from outrider.kit.outbox import Event

ADD_AT_ONCE = 33
"""Contacts added in one transaction: two items each and a company to check, of 100 it holds."""

_TOMBSTONE_LIFE = timedelta(days=2)
_MERGES = 3
"""How often a contact may be merged on while it is looked for."""

_PRESENT = "attribute_exists(#pk) AND attribute_not_exists(#deleted_at)"


class AddressTaken(Exception):
    """The address of the contact is claimed by the contact `owner`."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class ContactMoved(Exception):
    """The contact is gone (`current` is None) or not at the version it was to be changed at."""

    def __init__(self, current: Contact | None) -> None:
        super().__init__(current.version if current else None)
        self.current = current


@dataclass(frozen=True, slots=True)
class ContactRepository:
    """Contacts of one workspace; the workspace is fixed here, so no query can forget it."""

    table: Table
    workspace: WorkspaceId

    def get(self, contact_id: str) -> Contact | None:
        return contact_from(self.table.get(self.workspace, contact_id))

    def item(self, contact_id: str) -> Item | None:
        """The item of a contact, also as long as it is a tombstone."""
        return self.table.get(self.workspace, contact_id)

    def merged_into(self, contact_id: str) -> str | None:
        merged = self.table.get(self._merged_pk, contact_id)
        return str(merged["contact_id"]) if merged else None

    def get_many(self, contact_ids: Sequence[str]) -> dict[str, Contact]:
        """Those of `contact_ids` that exist."""
        items = batch_get(self.key(contact_id) for contact_id in contact_ids)
        contacts = map(contact_from, items.values())
        return {contact.id: contact for contact in contacts if contact}

    def with_address(self, address: str) -> Contact | None:
        """The contact to which the claim on an address leads."""
        claim = self.table.get(f"{self.workspace}#email", address)
        return self.get(_owner(claim)) if claim else None

    def add(
        self,
        contact: Contact,
        events: Sequence[Event],
        *,
        former_owner: str | None = None,
        also: Sequence[Action] = (),
    ) -> None:
        """`former_owner` is a contact that is gone but whose claim on the address still stands;
        `also` are writes of the same transaction.

        Raises AddressTaken.
        """
        try:
            transact(*self._add(contact, events, former_owner), self._counted(1), *also)
        except TransactionFailed as failure:
            raise AddressTaken(_owner(failure.reasons[1].item)) from failure

    def add_many(
        self, contacts: Sequence[tuple[Contact, Sequence[Event]]], also: Sequence[Action] = ()
    ) -> dict[str, str]:
        """Add up to ADD_AT_ONCE contacts, leaving out those whose address is taken: for each of
        these, its id and the owner's."""
        groups = {contact.id: self._add(contact, events) for contact, events in contacts}
        refused = transact_groups(groups, lambda count: [self._counted(count), *also])
        return {contact_id: _owner(claim.item) for contact_id, (_, claim) in refused.items()}

    def with_owner(self, contact_id: str, address: str) -> tuple[Contact | None, str | None]:
        """The contact, and the id of the one whose claim stands on `address`."""
        claim = (self.table, f"{self.workspace}#email", address)
        found = batch_get([self.key(contact_id), claim])
        owner = found.get((self.table.name, *claim[1:]))
        contact = found.get((self.table.name, self.workspace, contact_id))
        return contact_from(contact), _owner(owner) or None

    def update(
        self,
        contact_id: str,
        changes: Mapping[str, Any],
        events: Sequence[Event],
        *,
        version: int | None,
    ) -> Contact:
        """The contact afterwards; None clears a field, `version` None changes any.

        For an address see `readdress`. Raises ContactMoved.
        """
        changes = {**changes, "updated_at": clock.timestamp()}
        try:
            item = self.table.write(self._change(contact_id, changes, events, version))
        except ConditionFailed as failure:
            raise ContactMoved(contact_from(failure.item)) from failure
        return Contact.model_validate(item)

    def change(
        self,
        before: Contact,
        after: Contact,
        events: Sequence[Event],
        *,
        also: Sequence[Action] = (),
    ) -> None:
        """Make of a contact as it was read what it is to be; the address stays.

        Raises ContactMoved.
        """
        try:
            self.table.write(self._become(before, after, events), also)
        except ConditionFailed as failure:
            raise ContactMoved(contact_from(failure.item)) from failure

    def readdress(
        self,
        before: Contact,
        after: Contact,
        events: Sequence[Event],
        *,
        former_owner: str | None = None,
        also: Sequence[Action] = (),
    ) -> bool:
        """`change` with another address and its claim. `former_owner` as in `add`.

        False when contact or claim are no longer as they were read.
        """
        left = self.table.delete(
            f"{self.workspace}#email",
            before.email,
            "attribute_not_exists(#pk) OR #contact_id = :contact_id",
            contact_id=before.id,
        )
        try:
            transact(
                self._become(before, after, events),
                self._claim(after.email, before.id, former_owner),
                left,
                *also,
            )
        except TransactionFailed:
            return False
        return True

    def remove(self, contact_id: str, events: Sequence[Event]) -> bool:
        """False when there is no such contact."""
        try:
            transact(*self.removing(contact_id, events))
        except TransactionFailed:
            return False
        return True

    def removing(
        self, contact_id: str, events: Sequence[Event], version: int | None = None
    ) -> tuple[Action, Action]:
        """`remove`, for a transaction."""
        return self._tombstone(contact_id, events, version), self._counted(-1)

    def merge(
        self,
        winner: Contact,
        after: Contact,
        losers: Sequence[Contact],
        events: Mapping[str, Sequence[Event]],
        *,
        also: Sequence[Action] = (),
    ) -> None:
        """Make of the winner as it was read what it is to be; the losers as they were read go, and
        what leads to them or to those that went into them before leads to the winner. `events` by
        contact. Raises TransactionFailed.
        """
        transact(
            self._become(winner, after, events[winner.id]),
            *(self._tombstone(each.id, events[each.id], each.version) for each in losers),
            *(
                self._claim(address, winner.id, each.id)
                for each in losers
                for address in (each.email, *each.other_emails)
            ),
            *(
                self.table.put({"pk": self._merged_pk, "sk": contact_id, "contact_id": winner.id})
                for each in losers
                for contact_id in (each.id, *each.merged_ids)
            ),
            self._counted(-len(losers)),
            *also,
        )

    def bury(self, tombstone: Item) -> None:
        """Remove a tombstone with what led to it. Twice is the same as once."""
        contact_id = tombstone["sk"]
        traces = [
            (f"{self.workspace}#email", address)
            for address in (tombstone["email"], *tombstone.get("other_emails", ()))
        ]
        traces += [(self._merged_pk, merged_id) for merged_id in tombstone.get("merged_ids", ())]
        for pk, sk in traces:
            own = "attribute_not_exists(#pk) OR #contact_id = :contact_id"
            with suppress(ConditionFailed):  # it leads to another contact by now
                self.table.write(self.table.delete(pk, sk, own, contact_id=contact_id))
        self.table.write(self.table.delete(*self.beside(contact_id)[1:]))
        self.table.write(self.table.delete(self.workspace, contact_id))

    def of_company(self, company_id: str, limit: int, after: Item | None) -> Page:
        """Those linked to the company, or lately; `items` are contacts' items."""
        return self._by_company(f"{self.workspace}#{company_id}", limit, after)

    def without_company(self, domain: str, limit: int, after: Item | None) -> Page:
        """Those with an address at the domain that wait for a company, or did lately."""
        return self._by_company(f"{self.workspace}#dom#{domain}", limit, after)

    def is_linked(self, contact: Contact, company_id: str | None, place: str | None) -> bool:
        """Whether a contact that stands at `place` in by_company needs no `link` to the company."""
        linked = contact.model_copy(update={"company_id": company_id, "company_pinned": False})
        return contact == linked and place == company_place(self.workspace, linked)

    def link(self, linked: Sequence[tuple[Contact, str | None]], also: Sequence[Action]) -> None:
        """Link up to 99 contacts as they were read, each to a company or to none, as if no caller
        had ever given one. Those whose address or company changed meanwhile stay as they are.

        Raises TransactionFailed when a condition of `also` does not hold.
        """
        groups = {contact.id: [self._link(contact, to)] for contact, to in linked}
        transact_groups(groups, lambda _: also)

    def key(self, contact_id: str) -> tuple[Table, str, str]:
        """Where a contact is, for `kit.dynamo.batch_get`."""
        return self.table, self.workspace, contact_id

    def beside(self, contact_id: str) -> tuple[Table, str, str]:
        """Where what was researched about a contact is: it goes when the contact goes."""
        return self.table, f"{self.workspace}#research", contact_id

    def present(self, contact_id: str) -> Action:
        """That the contact is not deleted, for a transaction."""
        return self.table.check(self.workspace, contact_id, _PRESENT)

    def record_reply(self, contact_id: str) -> None:
        """Note that the contact, or the one it was merged into, answered just now; nothing happens
        if it is gone."""
        for _ in range(_MERGES):
            if self._record_reply(contact_id):
                return
            merged_into = self.merged_into(contact_id)
            if merged_into is None:
                return
            contact_id = merged_into

    def _record_reply(self, contact_id: str) -> bool:
        now = clock.timestamp()
        fields = {"status": "replied", "last_replied_at": now, "updated_at": now}
        values = {**fields, **index_keys(self.workspace, contact_id, fields)}
        assignments = ", ".join(f"#{name} = :{name}" for name in values)
        action = self.table.update(
            self.workspace,
            contact_id,
            f"SET {assignments} REMOVE #_events ADD #version :one",
            _PRESENT,
            **values,
            one=1,
        )
        try:
            self.table.write(action)
        except ConditionFailed:
            return False
        return True

    def _tombstone(
        self, contact_id: str, events: Sequence[Event], version: int | None = None
    ) -> Action:
        now = clock.now()
        seen = {} if version is None else {"seen": version}
        return self.table.update(
            self.workspace,
            contact_id,
            "SET #deleted_at = :now, #ttl = :ttl, #_events = :events"
            f" REMOVE {', '.join(f'#{name}' for name in INDEX_KEYS)}",
            _PRESENT + (" AND #version = :seen" if seen else ""),
            now=clock.to_text(now),
            ttl=int((now + _TOMBSTONE_LIFE).timestamp()),
            events=outbox.pack(events),
            **seen,
        )

    @property
    def _merged_pk(self) -> str:
        return f"{self.workspace}#merged"

    def _add(
        self, contact: Contact, events: Sequence[Event], former_owner: str | None = None
    ) -> tuple[Action, Action]:
        fields = contact.model_dump(exclude_none=True, exclude={"full_name"})
        place = company_place(self.workspace, contact)
        item = {
            **fields,
            **index_keys(self.workspace, contact.id, fields),
            "pk": self.workspace,
            "sk": contact.id,
            **({"by_company_pk": place} if place else {}),
            **outbox.attribute(events),
        }
        return (
            self.table.put(item, "attribute_not_exists(#pk)"),
            self._claim(contact.email, contact.id, former_owner),
        )

    def _claim(self, address: str, contact_id: str, former_owner: str | None) -> Action:
        claim = {"pk": f"{self.workspace}#email", "sk": address, "contact_id": contact_id}
        free = "attribute_not_exists(#pk)"
        if former_owner is None:
            return self.table.put(claim, free)
        return self.table.put(claim, f"{free} OR #contact_id = :former", former=former_owner)

    def _become(self, before: Contact, after: Contact, events: Sequence[Event]) -> Action:
        was, is_now = (
            {
                **each.model_dump(exclude={"full_name", "version"}),
                "by_company_pk": company_place(self.workspace, each),
            }
            for each in (before, after)
        )
        changes = {name: value for name, value in is_now.items() if value != was[name]}
        return self._change(before.id, changes, events, before.version)

    def _change(
        self,
        contact_id: str,
        changes: Mapping[str, Any],
        events: Sequence[Event],
        version: int | None,
    ) -> Action:
        fields = {**changes, **index_keys(self.workspace, contact_id, changes)}
        values = {name: value for name, value in fields.items() if value is not None}
        values["_events"] = outbox.pack(events)
        cleared = ", ".join(f"#{name}" for name in fields if fields[name] is None)
        assignments = ", ".join(f"#{name} = :{name}" for name in values)
        seen = {} if version is None else {"seen": version}
        return self.table.update(
            self.workspace,
            contact_id,
            f"SET {assignments}{f' REMOVE {cleared}' if cleared else ''} ADD #version :one",
            _PRESENT + (" AND #version = :seen" if seen else ""),
            **values,
            **seen,
            one=1,
        )

    def _link(self, contact: Contact, company_id: str | None) -> Action:
        after = contact.model_copy(update={"company_id": company_id, "company_pinned": False})
        values: dict[str, Any] = {
            "company_id": company_id,
            "company_pinned": False,
            "by_company_pk": company_place(self.workspace, after),
        }
        moved = company_id != contact.company_id
        if moved:
            values["updated_at"] = clock.timestamp()
            values |= index_keys(self.workspace, contact.id, values)
        given = {name: value for name, value in values.items() if value is not None}
        assignments = ", ".join(f"#{name} = :{name}" for name in given)
        cleared = ", ".join(f"#{name}" for name in ("_events", *(values.keys() - given.keys())))
        was = "attribute_not_exists(#company_id)"
        if contact.company_id is not None:
            was = "#company_id = :was"
            given["was"] = contact.company_id
        pinned = "#company_pinned = :pinned"
        if not contact.company_pinned:
            pinned = f"(attribute_not_exists(#company_pinned) OR {pinned})"
        if moved:
            given["one"] = 1
        return self.table.update(
            self.workspace,
            contact.id,
            f"SET {assignments} REMOVE {cleared}{' ADD #version :one' if moved else ''}",
            f"{_PRESENT} AND #email = :email AND {was} AND {pinned}",
            **given,
            email=contact.email,
            pinned=contact.company_pinned,
        )

    def _by_company(self, pk: str, limit: int, after: Item | None) -> Page:
        return self.table.query(Query(pk, index="by_company", limit=limit, after=after))

    def _counted(self, change: int) -> Action:
        return Counters(self.table, f"{self.workspace}#count").add(contacts=change)


def contact_from(item: Item | None) -> Contact | None:
    """The contact an item is; a tombstone is none."""
    return Contact.model_validate(item) if item and "deleted_at" not in item else None


def _owner(claim: Item | None) -> str:
    return str(claim["contact_id"]) if claim else ""
