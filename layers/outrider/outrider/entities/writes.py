"""Writes of single entities, with retries under optimistic locking."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from outrider.access.models import Caller
from outrider.entities.errors import EntityExists, ValueOfAnother
from outrider.entities.repository import EntityRepository, EntityT, ValueTaken
from outrider.entities.schemas import Result
from outrider.kit import ids
from outrider.kit.attempts import MOST, attempts
from outrider.kit.aws.dynamodb import Action
from outrider.kit.errors import (
    Contended,
    OutriderError,
    PreconditionFailed,
    ResourceNotFound,
    Stale,
)
from outrider.kit.http.responses import Existing, Made
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class Kind:
    """Names of a kind of entity: noun, id prefix and unique value, for example `contact`, `con` and
    `address`."""

    noun: str
    prefix: str
    unique: str
    not_found: type[ResourceNotFound]

    def is_id(self, text: str) -> bool:
        return ids.is_id(self.prefix, text)

    @property
    def contended(self) -> Contended:
        """Return the error for a write that lost to concurrent ones in every attempt."""
        return Contended(f"Another request changed this {self.noun} at the same time")


@dataclass(frozen=True, slots=True)
class EntityWrites(Generic[EntityT]):
    """Upserts, updates and deletes of entities of one kind.

    `changes` returns the fields of an entity that change with the given input, or raises
    ValidationFailed. `check_actions` returns the condition checks for the write.
    """

    caller: Caller
    entities: EntityRepository[EntityT]
    kind: Kind
    changes: Callable[[EntityT, Mapping[str, Any]], Mapping[str, Any]]
    check_actions: Callable[[Mapping[str, Any]], Sequence[Action]]
    keeps: bool = True
    """Whether the written entity is the response, which is stored under the Idempotency-Key of the
    request. False in a batch."""

    def settle(
        self,
        new: EntityT,
        given: Mapping[str, Any],
        taken: ValueTaken,
        *,
        upsert: bool,
        most: int = MOST,
    ) -> tuple[EntityT, Result]:
        """Resolve a conflict of unique values: update the entity that has the value of `new`, or
        add `new` if that entity is deleted or no longer has the value.

        The write that failed with `taken` counts as the first of `most` attempts. Raises
        EntityExists if `upsert` is False and the entity exists; Contended after the last attempt.
        """
        created, value = self.event("created", new.id), self.value(new)
        for number in attempts(most):
            if number == 0:
                continue
            existing, gone = self.entities.get(taken.owner), None
            if existing is None:
                gone = taken.owner
            elif value is not None and self.entities.holds(existing, value):
                if not upsert:
                    raise self.exists(existing) from taken
                return self.update(existing, given, value, most)
            try:
                also = self.further_actions(new, given)
                self.entities.add(new, [created], former_owner=gone, also=also)
            except ValueTaken as again:
                taken = again
            else:
                return new, "created"
        raise self.kind.contended

    def update(
        self, existing: EntityT, given: Mapping[str, Any], value: str, most: int = MOST
    ) -> tuple[EntityT, Result]:
        """Update the given fields of the entity that has the unique `value`. Raises Contended if
        concurrent writes prevent it in every attempt, or the entity loses the value."""
        current: EntityT | None = existing
        for number in attempts(most):
            if number > 1:
                current = self.entities.get(existing.id)
            if current is None or not self.entities.holds(current, value):
                break
            changes = {
                name: to
                for name, to in self.changes(current, given).items()
                if getattr(current, name) != to
            }
            if not changes:
                return current, "unchanged"
            after = current.changed(changes)
            events = [self._updated(current.id, changes)]
            try:
                also = self.further_actions(Existing(after), changes)
                self.entities.change(current, after, events, also=also)
            except Stale as moved:
                current = moved.current
            else:
                return after, "updated"
        raise self.kind.contended

    def change(
        self, entity_id: str, given: Mapping[str, Any], if_match: int | None, *, must_read: bool
    ) -> EntityT:
        """Update the given fields; `must_read` if the update depends on the current entity.

        Raises `Kind.not_found`, ValueOfAnother, Contended, ValidationFailed; PreconditionFailed if
        the version is not `if_match`.
        """
        if not self.kind.is_id(entity_id):
            raise self.kind.not_found
        if must_read or self.caller.may_repeat:
            return self._change_read(entity_id, given, if_match)
        events = [self._updated(entity_id, given)]
        try:
            return self.entities.update(entity_id, given, events, version=if_match)
        except Stale as moved:
            raise self._refusal(moved) from moved

    def remove(self, entity_id: str, if_match: int | None) -> None:
        """Delete the entity. Raises `Kind.not_found`; PreconditionFailed if the version is not
        `if_match`."""
        if not self.kind.is_id(entity_id):
            raise self.kind.not_found
        try:
            self.entities.remove(entity_id, [self.event("deleted", entity_id)], if_match)
        except Stale as moved:
            raise self._refusal(moved) from moved

    def value(self, entity: EntityT) -> str | None:
        """Return the unique value of the entity, or None."""
        value: str | None = getattr(entity, self.entities.unique)
        return value

    def event(self, happened: str, entity_id: str, **data: object) -> Event:
        """Return an event of this kind, for example `contact.created`."""
        noun = self.kind.noun
        about: dict[str, Any] = {f"{noun}_id": entity_id, **data}
        return self.caller.event(f"{noun}.{happened}", **about)

    def exists(self, existing: EntityT) -> EntityExists:
        """Return the error for a create whose unique value `existing` has."""
        return EntityExists(self.kind.noun, self.kind.unique, existing.id)

    def further_actions(self, after: Made[EntityT], given: Mapping[str, Any]) -> Sequence[Action]:
        """Return the writes that belong in the transaction of a change: condition checks, and the
        stored response."""
        kept = self.caller.keep_actions(after) if self.keeps else ()
        return [*self.check_actions(given), *kept]

    def _change_read(
        self, entity_id: str, given: Mapping[str, Any], if_match: int | None
    ) -> EntityT:
        """Update an entity as `change` does, after reading it. Raises Contended after the last
        attempt."""
        unique = self.entities.unique
        for _ in attempts():
            current, owner = self.entities.with_owner(entity_id, given.get(unique))
            if current is None:
                raise self.kind.not_found
            PreconditionFailed.check(if_match, current.version)
            changes = self.changes(current, given)
            after = current.changed(changes)
            value = self.value(after)
            if self.entities.are_same(value, self.value(current)):
                others = [
                    name for name in changes if name != unique or value != self.value(current)
                ]
                if not others:
                    return current
                events = [self._updated(entity_id, others)]
                also = self.further_actions(after, given)
                try:
                    self.entities.change(current, after, events, also=also)
                except Stale:
                    continue
                return after
            if owner not in (None, entity_id) and (other := self.entities.get(owner)):
                if value is not None and self.entities.holds(other, value):
                    raise ValueOfAnother(self.kind.noun, self.kind.unique, owner)
                continue  # the owner has just given up the value
            events = [self._updated(entity_id, changes)]
            also = self.further_actions(after, given)
            if self.entities.reclaim(current, after, events, former_owner=owner, also=also):
                return after
        raise self.kind.contended

    def _refusal(self, moved: Stale) -> OutriderError:
        """Return the error for an entity that does not exist or is at another version."""
        if moved.current is None:
            return self.kind.not_found()
        return PreconditionFailed.at_version(moved.current.version)

    def _updated(self, entity_id: str, changes: Iterable[str]) -> Event:
        return self.event("updated", entity_id, changed=sorted(changes))
