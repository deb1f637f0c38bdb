"""Writes of one entity, repeated while others change it at the same time."""

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
from outrider.kit.errors import Contended, PreconditionFailed, ResourceNotFound, Stale
from outrider.kit.http.responses import Existing, Made
from outrider.kit.outbox import Event


@dataclass(frozen=True, slots=True)
class Kind:
    """The words for a kind of entity, for example `contact`, `con` and `address`."""

    noun: str
    prefix: str
    unique: str
    not_found: type[ResourceNotFound]

    def is_id(self, text: str) -> bool:
        return ids.is_id(self.prefix, text)

    @property
    def contended(self) -> Contended:
        return Contended(f"Another request changed this {self.noun} at the same time")


@dataclass(frozen=True, slots=True)
class EntityWrites(Generic[EntityT]):
    """Upserts, changes and deletions of entities of one kind.

    `changes` returns what changes about an entity when what is given is to hold, and raises
    ValidationFailed. `check_actions` returns the condition checks that belong to the write.
    """

    caller: Caller
    entities: EntityRepository[EntityT]
    kind: Kind
    changes: Callable[[EntityT, Mapping[str, Any]], Mapping[str, Any]]
    check_actions: Callable[[Mapping[str, Any]], Sequence[Action]]
    keeps: bool = True
    """Whether what is written answers the request, and is kept under its Idempotency-Key: of a
    batch no single entity does."""

    def settle(
        self,
        new: EntityT,
        given: Mapping[str, Any],
        taken: ValueTaken,
        *,
        upsert: bool,
        most: int = MOST,
    ) -> tuple[EntityT, Result]:
        """Update the entity that has the unique value of `new`, or add `new` where that entity is
        gone or has left the value. The first of `most` attempts is the one that met `taken`.

        Raises EntityExists without `upsert`, and Contended when others keep changing it.
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
        """Change what is given about the entity that has the unique `value`, nothing else. Raises
        Contended when others keep changing it."""
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
        """Change what is given, nothing else; `must_read` where that depends on what the entity is.

        Raises `Kind.not_found`, ValueOfAnother, and PreconditionFailed at another version than
        `if_match`.
        """
        if not self.kind.is_id(entity_id):
            raise self.kind.not_found
        if must_read or self.caller.may_repeat:
            return self._change_read(entity_id, given, if_match)
        events = [self._updated(entity_id, given)]
        try:
            return self.entities.update(entity_id, given, events, version=if_match)
        except Stale as moved:
            if moved.current is None:
                raise self.kind.not_found from moved
            raise PreconditionFailed.at_version(moved.current.version) from moved

    def remove(self, entity_id: str) -> None:
        """Delete the entity. Raises `Kind.not_found`."""
        deleted = self.event("deleted", entity_id)
        if not self.kind.is_id(entity_id) or not self.entities.remove(entity_id, [deleted]):
            raise self.kind.not_found

    def value(self, entity: EntityT) -> str | None:
        """Return the unique value of the entity, or None."""
        value: str | None = getattr(entity, self.entities.unique)
        return value

    def event(self, happened: str, entity_id: str, **data: object) -> Event:
        noun = self.kind.noun
        about: dict[str, Any] = {f"{noun}_id": entity_id, **data}
        return self.caller.event(f"{noun}.{happened}", **about)

    def exists(self, existing: EntityT) -> EntityExists:
        return EntityExists(self.kind.noun, self.kind.unique, existing.id)

    def further_actions(self, after: Made[EntityT], given: Mapping[str, Any]) -> Sequence[Action]:
        """Return what belongs to the write that makes `after` of what is given."""
        kept = self.caller.keep_actions(after) if self.keeps else ()
        return [*self.check_actions(given), *kept]

    def _change_read(
        self, entity_id: str, given: Mapping[str, Any], if_match: int | None
    ) -> EntityT:
        """As `change`, of an entity that has to be read first. Raises Contended also when others
        keep changing the entity or the claim on its value."""
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
                continue  # it has just left the value
            events = [self._updated(entity_id, changes)]
            also = self.further_actions(after, given)
            if self.entities.reclaim(current, after, events, former_owner=owner, also=also):
                return after
        raise self.kind.contended

    def _updated(self, entity_id: str, changes: Iterable[str]) -> Event:
        return self.event("updated", entity_id, changed=sorted(changes))
