"""Keys, expressions and items of contacts.

A contact is `<workspace>` / `con_…`; its claim on its address is `<workspace>#email` / `<address>`.
A contact that was merged into another is found by `<workspace>#merged` / `con_…`.
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
        """Contacts made of their items alone, each with its last contact; 100 in a call."""
        touches = self.touches.get_many(contact.id for contact in contacts)
        return [_with(contact, touches.get(contact.id)) for contact in contacts]

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
        """The item of a contact, also as long as it is a tombstone."""
        return self.table.get(self.workspace, contact_id)

    def merged_into(self, contact_id: str) -> str | None:
        merged = self.table.get(self._merged_pk, contact_id)
        return str(merged["contact_id"]) if merged else None

    def current(self, contact_id: str) -> Contact | None:
        """The contact, or the one it was merged into."""
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
        """Make of the winner as it was read what it is to be; the losers as they were read go, and
        what leads to them or to those that went into them before leads to the winner. `events` by
        contact. Raises TransactionFailed.
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
            self._count_action(-len(losers)),
            *self._contacted_actions(winner, after, losers),
            *also,
        )

    def bury(self, gone: Contact) -> None:
        self.table.write(self.table.delete_action(*self.beside(gone.id)[1:]))
        self.touches.forget(gone.id)
        EntityRepository.bury(self, gone)  # super() knows no class that dataclass has made anew

    def of_company(self, company_id: str, limit: int, after: Item | None) -> ItemPage:
        """Those linked to the company, or lately; `items` are contacts' items."""
        return self._by_company(f"{self.workspace}#{company_id}", limit, after)

    def without_company(self, domain: str, limit: int, after: Item | None) -> ItemPage:
        """Those with an address at the domain that wait for a company, or did lately."""
        return self._by_company(f"{self.workspace}#dom#{domain}", limit, after)

    def is_linked(self, contact: Contact, company_id: str | None, place: str | None) -> bool:
        """Whether a contact that stands at `place` in by_company needs no `link` to the company."""
        linked = contact.model_copy(update={"company_id": company_id, "company_pinned": False})
        return contact == linked and place == self._place(linked)

    def link(self, linked: Sequence[tuple[Contact, str | None]], also: Sequence[Action]) -> None:
        """Link up to 99 contacts as they were read, each to a company or to none, as if no caller
        had ever given one. Those whose address or company changed meanwhile stay as they are.

        Raises TransactionFailed when a condition of `also` does not hold.
        """
        groups = {contact.id: [self._link_action(contact, to)] for contact, to in linked}
        transact_groups(groups, lambda _: also)

    def beside(self, contact_id: str) -> tuple[Table, str, str]:
        """Where what was researched about a contact is: it goes when the contact goes."""
        return self.table, f"{self.workspace}#research", contact_id

    def _contacted_actions(
        self, winner: Contact, after: Contact, losers: Sequence[Contact]
    ) -> Sequence[Action]:
        """That the winner has the last contact of one of the losers, where that is the latest."""
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
