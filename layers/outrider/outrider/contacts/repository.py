"""Keys, expressions and items of contacts.

A contact is `<workspace>` / `con_…`; the unique claim on its address is `<workspace>#email` /
`<address>`. A merged contact leaves a redirect to the winner: `<workspace>#merged` / `con_…`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.contacts.models import Contact
from outrider.contacts.search.keys import INDEX_KEYS, company_place, index_keys
from outrider.contacts.touches import Touch, Touches
from outrider.entities.repository import PRESENT, EntityRepository, Found
from outrider.kit import clock
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ItemPage,
    Query,
    Table,
    batch_get,
    transact,
    transact_groups,
)
from outrider.kit.counters import total
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event
from outrider.kit.text.addresses import folded


@dataclass(frozen=True, slots=True)
class ContactRepository(EntityRepository[Contact]):
    """Contacts of one workspace."""

    model = Contact
    unique = "email"
    owner = "contact_id"
    counted_as = "contacts"
    index_names = INDEX_KEYS

    @property
    def claims(self) -> str:
        return f"{self.workspace}#email"

    @property
    def touches(self) -> Touches:
        return Touches(self.table, self.workspace)

    def keys(self, entity_id: str) -> Sequence[tuple[Table, str, str]]:
        return [self.key(entity_id), self.touches.key(entity_id)]

    def whole(self, entity_id: str, found: Found) -> Contact | None:
        table, pk, sk = self.touches.key(entity_id)
        contact = self.entity(found.get((table.name, self.workspace, entity_id)))
        touch = Touch.from_item(found.get((table.name, pk, sk)))
        return _with(contact, touch) if contact else None

    def with_last_contact(self, contacts: Sequence[Contact]) -> list[Contact]:
        """Return the contacts, read from their items alone, with their last contact times; at most
        100."""
        touches = self.touches.get_many(contact.id for contact in contacts)
        return [_with(contact, touches.get(contact.id)) for contact in contacts]

    def counted(self, entities: Sequence[Contact]) -> tuple[list[Contact], int]:
        found = batch_get([*self._counts.keys(), *(self.touches.key(each.id) for each in entities)])
        touches = self.touches.found(found)
        number = total(found.values(), self.counted_as)
        return [_with(each, touches.get(each.id)) for each in entities], number

    def get(self, entity_id: str) -> Contact | None:
        return self.whole(entity_id, batch_get(self.keys(entity_id)))

    def update(
        self,
        entity_id: str,
        changes: Mapping[str, Any],
        events: Sequence[Event],
        *,
        version: int | None,
        also: Sequence[Action] = (),
    ) -> Contact:
        after = EntityRepository.update(
            self, entity_id, changes, events, version=version, also=also
        )
        return _with(after, self.touches.get(entity_id))

    def change(
        self,
        before: Contact,
        after: Contact,
        events: Sequence[Event],
        *,
        also: Sequence[Action] = (),
    ) -> None:
        try:
            EntityRepository.change(self, before, after, events, also=also)
        except Stale as moved:
            if moved.current is None:
                raise
            raise Stale(moved.current.contacted(before.last_contacted_at)) from moved

    def key_of(self, value: str) -> str:
        return folded(value)

    def index_keys(self, fields: Mapping[str, Any]) -> dict[str, str | None]:
        return index_keys(self.workspace, fields)

    def holds(self, entity: Contact, value: str) -> bool:
        return entity.has_address(value)

    def traces(self, entity: Contact) -> Sequence[tuple[str, str]]:
        return [
            *((self.claims, folded(each)) for each in (entity.email, *entity.other_emails)),
            *((self._merged_pk, merged_id) for merged_id in entity.merged_ids),
        ]

    def item(self, contact_id: str) -> Item | None:
        """Return the item of a contact, including a tombstone, or None."""
        return self.table.get(self.workspace, contact_id)

    def merged_into(self, contact_id: str) -> str | None:
        merged = self.table.get(self._merged_pk, contact_id)
        return str(merged["contact_id"]) if merged else None

    def current(self, contact_id: str) -> Contact | None:
        """Return the contact, or the contact it was merged into, or None."""
        if contact := self.get(contact_id):
            return contact
        merged_into = self.merged_into(contact_id)
        return self.get(merged_into) if merged_into else None

    def merge(
        self,
        winner: Contact,
        after: Contact,
        losers: Sequence[Contact],
        events: Mapping[str, Sequence[Event]],
        *,
        also: Sequence[Action] = (),
    ) -> None:
        """Replace the winner by `after` and delete the losers in one transaction, with optimistic
        locks on all. Addresses and redirects of the losers, and of contacts merged into them
        before, then lead to the winner. `events` are by contact id.

        Raises TransactionFailed if one of the contacts or addresses changed meanwhile.
        """
        transact(
            self._become_action(winner, after, events[winner.id]),
            *(self._tombstone_action(each.id, events[each.id], each.version) for each in losers),
            *(
                self._claim_action(address, winner.id, each.id)
                for each in losers
                for address in (each.email, *each.other_emails)
            ),
            *(
                self.table.put_action(
                    {"pk": self._merged_pk, "sk": contact_id, "contact_id": winner.id}
                )
                for each in losers
                for contact_id in (each.id, *each.merged_ids)
            ),
            self.count_action(-len(losers)),
            *self._contacted_actions(winner, after, losers),
            *also,
        )

    def bury(self, gone: Contact) -> None:
        self.table.write(self.table.delete_action(*self.beside(gone.id)[1:]))
        self.touches.forget(gone.id)
        EntityRepository.bury(self, gone)  # super() knows no class that dataclass has made anew

    def of_company(self, company_id: str, limit: int, after: Item | None) -> ItemPage:
        """Return a page of the items of contacts linked to the company. The index is eventually
        consistent, so some may be unlinked already."""
        return self._by_company(f"{self.workspace}#{company_id}", limit, after)

    def without_company(self, domain: str, limit: int, after: Item | None) -> ItemPage:
        """Return a page of the items of unlinked contacts with an address at the domain. The index
        is eventually consistent, so some may be linked already."""
        return self._by_company(f"{self.workspace}#dom#{domain}", limit, after)

    def is_linked(self, contact: Contact, company_id: str | None, place: str | None) -> bool:
        """Return whether the contact already has exactly the automatic link to this company, or to
        none, that `link` would write; `place` is its current key in the index `by_company`."""
        linked = contact.model_copy(update={"company_id": company_id, "company_pinned": False})
        return contact == linked and place == self._place(linked)

    def link(self, linked: Sequence[tuple[Contact, str | None]], also: Sequence[Action]) -> None:
        """Link up to 99 contacts, each to a company or to none, and mark the link as automatic
        (`company_pinned` false). Contacts whose address or company changed since they were read are
        skipped.

        Raises TransactionFailed if a condition of `also` fails.
        """
        groups = {contact.id: [self._link_action(contact, to)] for contact, to in linked}
        transact_groups(groups, lambda _: also)

    def beside(self, contact_id: str) -> tuple[Table, str, str]:
        """Return the key of the contact's research findings, which are deleted with the contact."""
        return self.table, f"{self.workspace}#research", contact_id

    def _contacted_actions(
        self, winner: Contact, after: Contact, losers: Sequence[Contact]
    ) -> Sequence[Action]:
        """Return the write that copies the latest last contact of the losers to the winner, if it
        is later than the winner's own."""
        if after.last_contacted_at == winner.last_contacted_at:
            return []
        touches = self.touches.get_many(each.id for each in losers).values()
        latest = max(touches, key=lambda touch: touch.at, default=None)
        return [self.touches.move_action(latest, winner.id)] if latest else []

    @property
    def _merged_pk(self) -> str:
        return f"{self.workspace}#merged"

    def _link_action(self, contact: Contact, company_id: str | None) -> Action:
        after = contact.model_copy(update={"company_id": company_id, "company_pinned": False})
        values: dict[str, Any] = {
            "company_id": company_id,
            "company_pinned": False,
            "by_company_pk": self._place(after),
        }
        moved = company_id != contact.company_id
        if moved:
            values["updated_at"] = clock.timestamp()
            values |= self.index_keys({**values, "id": contact.id})
        was, seen = "attribute_not_exists(#company_id)", {}
        if contact.company_id is not None:
            was, seen = "#company_id = :was", {"was": contact.company_id}
        pinned = "#company_pinned = :pinned"
        if not contact.company_pinned:
            pinned = f"(attribute_not_exists(#company_pinned) OR {pinned})"
        return self.table.update_action(
            self.workspace,
            contact.id,
            changes(set=values, remove=["_events"], add={"version": int(moved)}),
            f"{PRESENT} AND #email = :email AND {was} AND {pinned}",
            email=contact.email,
            pinned=contact.company_pinned,
            **seen,
        )

    def _by_company(self, pk: str, limit: int, after: Item | None) -> ItemPage:
        return self.table.query(Query(pk, index="by_company", limit=limit, after=after))

    def _place(self, contact: Contact) -> str | None:
        return company_place(
            self.workspace, contact.email, contact.company_id, pinned=contact.company_pinned
        )


def _with(contact: Contact, touch: Touch | None) -> Contact:
    return contact.contacted(touch.at) if touch else contact
