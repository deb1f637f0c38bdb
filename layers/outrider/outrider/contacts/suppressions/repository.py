"""Keys, expressions and items of suppressions.

A suppression is `<workspace>#sup` / `sup_…`. Its id is derived from the address or domain, so a
check and a removal are reads and writes by key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outrider.access.models import WorkspaceId
from outrider.contacts.suppressions.models import Kind, Reason, Suppression
from outrider.kit import clock, ids, outbox
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Key,
    Query,
    Table,
    batch_get,
    transact_groups,
)
from outrider.kit.outbox import Event
from outrider.kit.text.addresses import domain_of, folded

ADD_AT_ONCE = 100
"""Suppressions added in one transaction: one item each, and a transaction holds 100."""

_FREE = "attribute_not_exists(#pk)"
_BOUNCED_AT_MOST = f"{_FREE} OR #reason = :bounced"


@dataclass(frozen=True, slots=True)
class SuppressionRepository:
    """Suppressions of one workspace."""

    table: Table
    workspace: WorkspaceId

    def id_of(self, kind: Kind, value: str) -> str:
        """Return the id of the suppression of a normalised address or domain. Its first character
        is the kind, so that each kind is one range of sort keys. Case is ignored: an opt-out holds
        for every spelling, although local parts may be case-sensitive (RFC 5321)."""
        digest = ids.derived("sup", self.workspace, kind, folded(value))
        return f"sup_{kind[0]}{digest[-ids.LENGTH + 1 :]}"

    def of_address(self, address: str, reason: Reason, evidence: str) -> Suppression:
        """Return a new suppression of an address, without writing it."""
        return Suppression(
            id=self.id_of("address", address),
            kind="address",
            address=address,
            reason=reason,
            evidence=evidence,
            created_at=clock.timestamp(),
        )

    def list(
        self, kind: Kind | None, limit: int, after: Item | None
    ) -> tuple[list[Suppression], Item | None]:
        """Return a page sorted by id, which is neither the order of time nor of addresses, and the
        key after it or None."""
        page = self.table.page(
            Query(
                self._pk,
                "begins_with(#sk, :prefix)",
                {"prefix": f"sup_{kind[0] if kind else ''}"},
                after=after,
                consistent=True,
            ),
            limit,
        )
        return [Suppression.model_validate(item) for item in page.items], page.last_key

    def add(
        self, suppression: Suppression, events: Sequence[Event], also: Sequence[Action] = ()
    ) -> Suppression:
        """Add the suppression and return it; return the existing one without a write if that is at
        least as strict. `also` are actions of the same transaction."""
        try:
            self.table.write(self.add_action(suppression, events), also)
        except ConditionFailed as taken:
            return Suppression.model_validate(taken.item)
        return suppression

    def add_many(self, suppressions: Sequence[tuple[Suppression, Sequence[Event]]]) -> set[str]:
        """Add up to ADD_AT_ONCE suppressions, and return the ids of those that existed already."""
        groups = {new.id: [self.add_action(new, events)] for new, events in suppressions}
        return set(transact_groups(groups, lambda _: []))

    def remove(self, suppression_id: str) -> bool:
        """Remove a suppression; return False if it does not exist."""
        try:
            self.table.write(
                self.table.delete_action(self._pk, suppression_id, "attribute_exists(#pk)")
            )
        except ConditionFailed:
            return False
        return True

    def find(self, addresses: Sequence[str]) -> dict[str, Suppression]:
        """Return the suppressions of these addresses and of their domains, by id."""
        found = batch_get(self.keys(addresses))
        return {item["sk"]: Suppression.model_validate(item) for item in found.values()}

    def blocking(
        self, found: Mapping[str, Suppression], address: str, others: Sequence[str] = ()
    ) -> Sequence[Suppression]:
        """Return those of `found`, by id, that forbid to write to `address`: all of the address and
        its domain, and objections (`is_objection`) of `others`, addresses of the same person."""
        own = self._ids(address)
        theirs = [each for other in others for each in self._ids(other) if each not in own]
        blocking = [found[each] for each in own if each in found]
        return blocking + [
            found[each]
            for each in dict.fromkeys(theirs)
            if each in found and found[each].is_objection
        ]

    def keys(self, addresses: Sequence[str]) -> Sequence[Key]:
        """Return the keys of the suppressions of these addresses and of their domains, for
        `batch_get`."""
        wanted = dict.fromkeys(each for address in addresses for each in self._ids(address))
        return [(self.table, self._pk, each) for each in wanted]

    def erase_actions(self, addresses: Sequence[str]) -> Sequence[Action]:
        """Return the writes that suppress these addresses without personal data, replacing existing
        suppressions."""
        return [
            self.table.put_action(
                {
                    "pk": self._pk,
                    "sk": suppression_id,
                    "id": suppression_id,
                    "kind": "address",
                    "reason": "erased",
                    "created_at": clock.timestamp(),
                }
            )
            for suppression_id in self.ids_of(addresses)
        ]

    def ids_of(self, addresses: Sequence[str]) -> Sequence[str]:
        """Return the distinct ids of the suppressions of these addresses."""
        return list(dict.fromkeys(self.id_of("address", each) for each in addresses))

    def _ids(self, address: str) -> tuple[str, str]:
        return self.id_of("address", address), self.id_of("domain", domain_of(address))

    def add_action(self, suppression: Suppression, events: Sequence[Event]) -> Action:
        """Return the write of `add`. An objection replaces a mere bounce of the same address,
        because it also holds for the person's other addresses."""
        if suppression.kind == "address" and suppression.is_objection:
            return self.object_action(suppression, events)
        return self.table.put_action(self._item(suppression, events), _FREE)

    def object_action(self, suppression: Suppression, events: Sequence[Event]) -> Action:
        """Return the write that adds an objection, if there is none yet; it replaces a bounce."""
        item = self._item(suppression, events)
        return self.table.put_action(item, _BOUNCED_AT_MOST, bounced="bounced")

    def _item(self, suppression: Suppression, events: Sequence[Event]) -> Item:
        return {
            **suppression.model_dump(exclude_none=True, exclude={"object"}),
            "pk": self._pk,
            "sk": suppression.id,
            **outbox.attribute(events),
        }

    @property
    def _pk(self) -> str:
        return f"{self.workspace}#sup"
