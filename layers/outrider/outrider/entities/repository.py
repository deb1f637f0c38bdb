"""Repository of entities: keys, expressions and items in DynamoDB.

An entity's item is `<workspace>` / `<id>`. If it has a value that is unique in the workspace, a
separate item claims the value for its owner. A deleted entity remains as a tombstone, which reads
ignore, until a worker removes it and its claim. Therefore a delete is a single write without a
prior read, and can still publish its event.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from outrider.access.models import WorkspaceId
from outrider.entities.models import Entity
from outrider.kit import clock, outbox
from outrider.kit.aws.attributes import Item, changes
from outrider.kit.aws.dynamodb import (
    Action,
    ConditionFailed,
    Table,
    TransactionFailed,
    batch_get,
    transact,
    transact_groups,
    try_transact,
)
from outrider.kit.counters import Counters, total
from outrider.kit.errors import Stale
from outrider.kit.outbox import Event

ADD_AT_ONCE = 33
"""Maximum entities added in one transaction: up to three items each, and a transaction holds
100."""

PRESENT = "attribute_exists(#pk) AND attribute_not_exists(#deleted_at)"
_TOMBSTONE_LIFE = timedelta(days=2)

EntityT = TypeVar("EntityT", bound=Entity)
Found = Mapping[tuple[str, str, str], Item]
"""Result of `batch_get`."""


class ValueTaken(Exception):
    """The unique value of the entity is claimed by another entity, `owner`."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(frozen=True, slots=True)
class EntityRepository(ABC, Generic[EntityT]):
    """Entities of one kind in one workspace. The workspace is fixed here, so no query can omit
    it."""

    table: Table
    workspace: WorkspaceId

    model: ClassVar[type[Any]]
    unique: ClassVar[str]
    """Field with the unique value; it may be None."""
    owner: ClassVar[str]
    """Attribute of a claim with the id of its owner."""
    counted_as: ClassVar[str]
    index_names: ClassVar[Sequence[str]]
    """Attributes that are index keys, which a tombstone does not have."""

    @property
    @abstractmethod
    def claims(self) -> str:
        """Return the partition key of the claims."""

    @abstractmethod
    def index_keys(self, fields: Mapping[str, Any]) -> dict[str, str | None]:
        """Return the index keys that depend on `fields`, which include `id`; None removes the item
        from the index."""

    def key_of(self, value: str) -> str:
        """Return the normalised form of a unique value; values with the same form count as
        duplicates."""
        return value

    def are_same(self, one: str | None, other: str | None) -> bool:
        """Return whether two unique values are duplicates, or both are None."""
        if one is None or other is None:
            return one is other
        return self.key_of(one) == self.key_of(other)

    def holds(self, entity: EntityT, value: str) -> bool:
        """Return whether the entity has this unique value."""
        return self.are_same(self._value(entity), value)

    def traces(self, entity: EntityT) -> Sequence[tuple[str, str]]:
        """Return the keys of the items that refer to the entity and are deleted with it."""
        value = self._value(entity)
        return [(self.claims, self.key_of(value))] if value is not None else []

    def entity(self, item: Item | None) -> EntityT | None:
        """Return the entity stored in an item, or None for no item and for a tombstone."""
        entity: EntityT | None = self.model.from_item(item)
        return entity

    def key(self, entity_id: str) -> tuple[Table, str, str]:
        """Return the key of an entity's item, for `batch_get`."""
        return self.table, self.workspace, entity_id

    def keys(self, entity_id: str) -> Sequence[tuple[Table, str, str]]:
        """Return the keys of all items that make up the entity's representation, for
        `batch_get`."""
        return [self.key(entity_id)]

    def whole(self, entity_id: str, found: Found) -> EntityT | None:
        """Return the entity with its related data, from the items found for `keys`; None if it does
        not exist."""
        return self.entity(found.get((self.table.name, self.workspace, entity_id)))

    def check_present_action(self, entity_id: str) -> Action:
        """Return the condition check that the entity exists and is not deleted."""
        return self.table.check_action(self.workspace, entity_id, PRESENT)

    def count(self) -> int:
        """Return the number of entities."""
        return self.counted([])[1]

    def counted(self, entities: Sequence[EntityT]) -> tuple[list[EntityT], int]:
        """Return entities, read from their items alone, with their related data, and the number of
        all entities."""
        shards = batch_get(self._counts.keys()).values()
        return [*entities], total(shards, self.counted_as)

    def get(self, entity_id: str) -> EntityT | None:
        """Return the entity, or None. Raises StoreFailed."""
        return self.entity(self.table.get(self.workspace, entity_id))

    def get_many(self, entity_ids: Sequence[str]) -> dict[str, EntityT]:
        """Return the existing entities of these ids."""
        found = batch_get(key for entity_id in entity_ids for key in self.keys(entity_id))
        entities = (self.whole(entity_id, found) for entity_id in entity_ids)
        return {entity.id: entity for entity in entities if entity}

    def with_value(self, value: str) -> EntityT | None:
        """Return the entity that has this unique value, or None."""
        claim = self.table.get(self.claims, self.key_of(value))
        entity = self.get(self._owner(claim)) if claim else None
        return entity if entity and self.holds(entity, value) else None

    def with_owner(self, entity_id: str, value: str | None) -> tuple[EntityT | None, str | None]:
        """Return the entity and the id of the owner of `value`; each is None if it does not
        exist."""
        if value is None:
            return self.get(entity_id), None
        claim = (self.table, self.claims, self.key_of(value))
        found = batch_get([*self.keys(entity_id), claim])
        owner = found.get((self.table.name, *claim[1:]))
        return self.whole(entity_id, found), self._owner(owner) or None

    def add(
        self,
        entity: EntityT,
        events: Sequence[Event],
        *,
        former_owner: str | None = None,
        also: Sequence[Action] = (),
    ) -> None:
        """Add an entity. `former_owner` is a deleted entity whose claim on the unique value still
        exists; `also` are further writes of the transaction.

        Raises ValueTaken, TransactionConflict.
        """
        actions = self.add_actions(entity, events, former_owner)
        try:
            transact(*actions, self.count_action(1), *also)
        except TransactionFailed as failure:
            own = failure.reasons[: len(actions)]
            raise ValueTaken(self._owner(own[-1].item) or entity.id) from failure

    def add_many(
        self, entities: Sequence[tuple[EntityT, Sequence[Event]]], also: Sequence[Action] = ()
    ) -> dict[str, str]:
        """Add up to ADD_AT_ONCE entities, except those whose unique value is taken; `also` are
        further writes of the transaction.

        Return the owners of the taken values by the ids of the entities not added; the owner of an
        entity that already exists is the entity itself.
        """
        groups = {entity.id: self.add_actions(entity, events) for entity, events in entities}
        refused = transact_groups(groups, lambda count: [self.count_action(count), *also])
        return {
            entity_id: self._owner(reasons[-1].item) or entity_id
            for entity_id, reasons in refused.items()
        }

    def update(
        self,
        entity_id: str,
        changes: Mapping[str, Any],
        events: Sequence[Event],
        *,
        version: int | None,
        also: Sequence[Action] = (),
    ) -> EntityT:
        """Update an entity without reading it, and return it. None clears a field; `version` None
        means any version.

        Use `reclaim` to change the unique value. Raises Stale.
        """
        changes = {**changes, "updated_at": clock.timestamp()}
        changes |= self.index_keys({**changes, "id": entity_id})
        try:
            item = self.table.write(self._change_action(entity_id, changes, events, version), also)
        except ConditionFailed as failure:
            raise Stale(self.entity(failure.item)) from failure
        entity: EntityT = self.model.model_validate(item)
        return entity

    def change(
        self,
        before: EntityT,
        after: EntityT,
        events: Sequence[Event],
        *,
        also: Sequence[Action] = (),
    ) -> None:
        """Update an entity from `before`, as it was read, to `after`; both have the same unique
        value.

        Raises Stale.
        """
        try:
            self.table.write(self._become_action(before, after, events), also)
        except ConditionFailed as failure:
            raise Stale(self.entity(failure.item)) from failure

    def change_action(self, before: EntityT, after: EntityT, events: Sequence[Event]) -> Action:
        """Return the write of `change`, for a transaction."""
        return self._become_action(before, after, events)

    def reclaim(
        self,
        before: EntityT,
        after: EntityT,
        events: Sequence[Event],
        *,
        former_owner: str | None = None,
        also: Sequence[Action] = (),
    ) -> bool:
        """Update an entity as `change` does, but to another unique value or none: delete its old
        claim and create the new one. `former_owner` as in `add`.

        Return False if the entity or a claim was changed after it was read.
        """
        actions = [self._become_action(before, after, events)]
        if value := self._value(after):
            actions.append(self._claim_action(value, before.id, former_owner))
        if released := self._value(before):
            actions.append(self._untrace_action(self.claims, self.key_of(released), before.id))
        return try_transact(*actions, *also)

    def remove(self, entity_id: str, events: Sequence[Event], version: int | None) -> None:
        """Delete an entity: replace it by a tombstone. `version` None means any version.

        Raises Stale if it does not exist or is at another version.
        """
        try:
            transact(*self.remove_actions(entity_id, events, version))
        except TransactionFailed as failure:
            raise Stale(self.entity(failure.reasons[0].item)) from failure

    def remove_actions(
        self, entity_id: str, events: Sequence[Event], version: int | None = None
    ) -> tuple[Action, Action]:
        """Return the writes of `remove`, for a transaction."""
        return self._tombstone_action(entity_id, events, version), self.count_action(-1)

    def bury(self, gone: EntityT) -> None:
        """Remove the tombstone of an entity, and the items that refer to the entity. Idempotent."""
        for pk, sk in self.traces(gone):
            with suppress(ConditionFailed):  # the item now refers to another entity
                self.table.write(self._untrace_action(pk, sk, gone.id))
        self.table.write(self.table.delete_action(self.workspace, gone.id))

    def _tombstone_action(
        self, entity_id: str, events: Sequence[Event], version: int | None = None
    ) -> Action:
        now = clock.now()
        seen = {} if version is None else {"seen": version}
        return self.table.update_action(
            self.workspace,
            entity_id,
            changes(
                set={
                    "deleted_at": clock.to_text(now),
                    "ttl": int((now + _TOMBSTONE_LIFE).timestamp()),
                    "_events": outbox.pack(events),
                },
                remove=self.index_names,
            ),
            PRESENT + (" AND #version = :seen" if seen else ""),
            **seen,
        )

    def add_actions(
        self, entity: EntityT, events: Sequence[Event], former_owner: str | None = None
    ) -> list[Action]:
        """Return the writes of `add` without the count, for a transaction; the first is that of the
        entity."""
        fields = {name: value for name, value in entity.fields().items() if value is not None}
        keys = self.index_keys(fields)
        item = {
            **fields,
            **{name: key for name, key in keys.items() if key is not None},
            "pk": self.workspace,
            "sk": entity.id,
            **outbox.attribute(events),
        }
        put = self.table.put_action(item, "attribute_not_exists(#pk)")
        value = self._value(entity)
        return [put, self._claim_action(value, entity.id, former_owner)] if value else [put]

    def _claim_action(self, value: str, entity_id: str, former_owner: str | None) -> Action:
        claim = {"pk": self.claims, "sk": self.key_of(value), self.owner: entity_id}
        free = "attribute_not_exists(#pk)"
        if former_owner is None:
            return self.table.put_action(claim, free)
        return self.table.put_action(
            claim, f"{free} OR #{self.owner} = :former", former=former_owner
        )

    def _untrace_action(self, pk: str, sk: str, entity_id: str) -> Action:
        """Return the delete of an item that refers to the entity, unless it refers to another
        one."""
        condition = f"attribute_not_exists(#pk) OR #{self.owner} = :entity_id"
        return self.table.delete_action(pk, sk, condition, entity_id=entity_id)

    def _become_action(self, before: EntityT, after: EntityT, events: Sequence[Event]) -> Action:
        was, is_now = (
            {**each.fields(), **self.index_keys(each.fields())} for each in (before, after)
        )
        given = {
            name: value
            for name, value in is_now.items()
            if name != "version" and value != was[name]
        }
        return self._change_action(before.id, given, events, before.version)

    def _change_action(
        self,
        entity_id: str,
        given: Mapping[str, Any],
        events: Sequence[Event],
        version: int | None,
    ) -> Action:
        seen = {} if version is None else {"seen": version}
        return self.table.update_action(
            self.workspace,
            entity_id,
            changes(set={**given, "_events": outbox.pack(events)}, add={"version": 1}),
            PRESENT + (" AND #version = :seen" if seen else ""),
            **seen,
        )

    def count_action(self, change: int) -> Action:
        """Return the write that adds to the number of entities."""
        return self._counts.add_action(**{self.counted_as: change})

    @property
    def _counts(self) -> Counters:
        return Counters(self.table, f"{self.workspace}#count")

    def _value(self, entity: EntityT) -> str | None:
        value: str | None = getattr(entity, self.unique)
        return value

    def _owner(self, claim: Item | None) -> str:
        return str(claim[self.owner]) if claim and self.owner in claim else ""
