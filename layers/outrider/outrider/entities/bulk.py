"""Bulk operations on entities: lookup by unique value, and idempotent writes with marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from outrider.entities.repository import EntityRepository, EntityT
from outrider.kit import bulk_marks, clock
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    TransactionFailed,
    batch_get,
    transact,
    transact_groups,
)
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class Claimed:
    """Owner of a unique value; `item` is None if the owner is deleted and its claim still
    exists."""

    owner: str
    item: Item | None


@dataclass(frozen=True, slots=True)
class NewEntity(Generic[EntityT]):
    """An entity to add. `former_owner` is a deleted entity whose claim on the unique value still
    exists."""

    entity: EntityT
    events: Sequence[Event]
    mark: str
    former_owner: str | None = None


@dataclass(frozen=True, slots=True)
class Bulk(EntityRepository[EntityT]):
    """Repository mixin with operations on many entities."""

    def find(self, values: Iterable[str]) -> dict[str, Claimed]:
        """Return the owners of these unique values, by the `key_of` of each value. Values without
        an owner are omitted."""
        claims = batch_get((self.table, self.claims, self.key_of(value)) for value in values)
        owners = {key: str(claim[self.owner]) for (*_, key), claim in claims.items()}
        items = batch_get(self.key(owner) for owner in sorted(set(owners.values())))
        present = {sk: item for (*_, sk), item in items.items() if self.entity(item)}
        return {
            key: Claimed(owner, present.get(owner))
            for key, owner in owners.items()
            if owner not in present or self._holds(present[owner], key)
        }

    def with_index_keys(self, item: Item, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the changes of an item, extended by the index keys that change with them."""
        keys = self.index_keys({**item, **changes})
        return {**changes, **{name: key for name, key in keys.items() if item.get(name) != key}}

    def add_marked(self, new: Sequence[NewEntity[EntityT]]) -> set[str]:
        """Add up to ADD_AT_ONCE entities, and return the ids of those not added because their
        unique value is taken.

        Entities that an earlier attempt added count as added. Raises TransactionConflict,
        StoreFailed.
        """
        groups = {each.entity.id: self._mark_actions(each) for each in new}
        refused = transact_groups(groups, lambda count: [self.count_action(count)])
        return {
            entity_id
            for entity_id, reasons in refused.items()
            if (reasons[-1].item or {}).get(self.owner) != entity_id
        }

    def change_marked(
        self,
        entity_id: str,
        changes: Mapping[str, Any],
        events: Sequence[Event],
        *,
        version: int,
        mark: str,
    ) -> None:
        """Update an entity at `version`, unless an earlier attempt with the same mark did.
        `changes` must include the index keys (see `with_index_keys`). Raises Stale."""
        now = clock.timestamp()
        keys = self.index_keys({"id": entity_id, "updated_at": now})
        changes = {**changes, "updated_at": now, **keys, **bulk_marks.attribute(mark)}
        try:
            self.table.write(self._change_action(entity_id, changes, events, version))
        except ConditionFailed as moved:
            if self.entity(moved.item) is None or bulk_marks.mark_of(moved.item) != mark:
                raise Stale(self._present(moved.item)) from moved

    def withdraw(self, entity_id: str, events: Sequence[Event], *, version: int) -> None:
        """Delete an entity at `version`; one that is already deleted counts as success.

        Raises Stale.
        """
        try:
            transact(*self.remove_actions(entity_id, events, version))
        except TransactionFailed as failure:
            if item := self._present(failure.reasons[0].item):
                raise Stale(item) from failure

    def _present(self, item: Item | None) -> Item | None:
        return item if self.entity(item) else None

    def _holds(self, item: Item, value: str) -> bool:
        entity = self.entity(item)
        return entity is not None and self.holds(entity, value)

    def _mark_actions(self, new: NewEntity[EntityT]) -> list[Action]:
        put, *claim = self.add_actions(new.entity, new.events, new.former_owner)
        return [bulk_marks.marked_action(put, new.mark), *claim]
