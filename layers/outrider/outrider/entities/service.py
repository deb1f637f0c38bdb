"""What is done with entities of any kind: creating, upserting and changing them, one or many."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from outrider.access.models import Caller
from outrider.entities.models import Entity
from outrider.entities.repository import (
    ADD_AT_ONCE,
    EntityMoved,
    EntityRepository,
    ValueTaken,
)
from outrider.entities.schemas import Result, RowResult
from outrider.kit import ids
from outrider.kit.dynamo import StoreFailed
from outrider.kit.errors import (
    Conflict,
    Contended,
    DuplicateResource,
    OutriderError,
    ResourceNotFound,
    ValidationFailed,
)
from outrider.kit.outbox import Event
from outrider.kit.requests import explain, shortened

_AT_ONCE = 8
_ATTEMPTS = 3

EntityT = TypeVar("EntityT", bound=Entity)
InputT = TypeVar("InputT")
ResultT = TypeVar("ResultT", bound=RowResult)


class Exists(Protocol):
    def __call__(self, owner: str) -> DuplicateResource: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """The words for a kind of entity, for example `contact`, `con` and `address`."""

    noun: str
    prefix: str
    unique: str
    not_found: type[ResourceNotFound]
    exists: Exists
    """For one that is to be created with the value of `owner`."""
    of_another: Exists
    """For one that is to be given the value of `owner`."""

    @property
    def contended(self) -> Contended:
        return Contended(f"Another request changed this {self.noun} at the same time")


@dataclass(frozen=True, slots=True)
class EntityService(ABC, Generic[EntityT, InputT, ResultT]):
    """`InputT` is what a caller gives to create or upsert one."""

    caller: Caller
    entities: EntityRepository[EntityT]

    kind: ClassVar[Kind]
    row: ClassVar[TypeAdapter[Any]]

    @abstractmethod
    def new(self, given: InputT, *identity: str) -> EntityT:
        """The entity to be created. See `Caller.new_id` for `identity`."""

    @abstractmethod
    def given(self, row: InputT) -> dict[str, Any]:
        """What an upsert is to change, by field: the unique value is none of it."""

    @abstractmethod
    def result(self, index: int, result: Result, **fields: str | None) -> ResultT:
        """What became of a row: `id`, `value` (the unique one) and `reason`, where known."""

    def after(self, current: EntityT, given: Mapping[str, Any]) -> EntityT:
        """What `current` becomes by `given`. Raises ValidationFailed."""
        return current.changed(given)

    def must_read(self, given: Mapping[str, Any]) -> bool:
        """Whether what `given` makes of an entity depends on what it is."""
        return self.entities.unique in given

    def get(self, entity_id: str) -> EntityT:
        entity = self.entities.get(entity_id) if self.is_id(entity_id) else None
        if entity is None:
            raise self.kind.not_found
        return entity

    def is_id(self, text: str) -> bool:
        return ids.is_id(self.kind.prefix, text)

    def put(self, row: InputT, *, upsert: bool) -> tuple[EntityT, Result]:
        """Create an entity, or with `upsert` update the one that has its unique value.

        Raises what `Kind.exists` makes, and Conflict when others keep changing it.
        """
        return self._put(self.new(row), row, upsert)

    def put_many(self, raw_rows: Sequence[Any], *, upsert: bool) -> list[ResultT]:
        """One result for each row, in the order of the rows."""
        self.caller.begin()
        results: dict[int, ResultT] = {}
        rows: list[tuple[int, InputT]] = []
        first_with: dict[str, int] = {}
        for index, raw in enumerate(raw_rows):
            try:
                row: InputT = self.row.validate_python(raw, strict=True)
            except ValidationError as error:
                results[index] = self._refused(index, raw, error)
                continue
            value = getattr(row, self.entities.unique)
            first = index if value is None else first_with.setdefault(value, index)
            if first == index:
                rows.append((index, row))
            else:
                reason = f"The same {self.kind.unique} stands in row {first}"
                results[index] = self.result(index, "skipped", value=value, reason=reason)
        chunks = [rows[start : start + ADD_AT_ONCE] for start in range(0, len(rows), ADD_AT_ONCE)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for part in pool.map(lambda chunk: self._add_rows(chunk, upsert), chunks):
                results |= part
        return [results[index] for index in sorted(results)]

    def change(self, entity_id: str, given: Mapping[str, Any], if_match: int | None) -> EntityT:
        """Change what is given, nothing else. Raises what `Kind` names for an entity that is not
        there and for a value of another, and Conflict at another version than `if_match`."""
        if not self.is_id(entity_id):
            raise self.kind.not_found
        if self.must_read(given) or self.caller.may_repeat:
            return self._change(entity_id, given, if_match)
        events = [self._updated(entity_id, given)]
        try:
            return self.entities.update(entity_id, given, events, version=if_match)
        except EntityMoved as moved:
            if moved.current is None:
                raise self.kind.not_found from moved
            raise Conflict.at_version(moved.current.version) from moved

    def remove(self, entity_id: str) -> None:
        deleted = self._event("deleted", entity_id)
        if not self.is_id(entity_id) or not self.entities.remove(entity_id, [deleted]):
            raise self.kind.not_found

    def _add_rows(self, rows: Sequence[tuple[int, InputT]], upsert: bool) -> dict[int, ResultT]:
        """Rows of different values, in one transaction where all of them are new."""
        new = {index: self.new(row, str(index)) for index, row in rows}
        try:
            taken = self.entities.add_many(
                [(entity, [self._event("created", entity.id)]) for entity in new.values()]
            )
            owners = self.entities.get_many(sorted(set(taken.values()))) if taken else {}
        except StoreFailed as failure:
            return {index: self._not_now(index, new[index], failure) for index, _ in rows}
        results = {}
        for index, row in rows:
            entity = new[index]
            owner = taken.get(entity.id)
            if owner in (None, entity.id):  # itself: made before the request was cut short
                value = self._value(entity)
                results[index] = self.result(index, "created", id=entity.id, value=value)
            else:
                results[index] = self._settle(index, row, entity, owners.get(owner), upsert)
        return results

    def _settle(
        self, index: int, row: InputT, entity: EntityT, existing: EntityT | None, upsert: bool
    ) -> ResultT:
        """What becomes of a row whose value is taken: by `existing`, or by one that is gone."""
        value = self._value(entity)
        if existing is not None and self._value(existing) != value:
            existing = None
        if existing is not None and not upsert:
            reason = self.kind.exists(existing.id).detail
            return self.result(index, "skipped", id=existing.id, value=value, reason=reason)
        try:
            put, result = (
                self._update(existing, row) if existing else self._put(entity, row, upsert)
            )
        except DuplicateResource as exists:
            return self.result(index, "skipped", value=value, reason=exists.detail)
        except ValidationFailed as refused:
            return self.result(index, "failed", value=value, reason=refused.detail)
        except (Conflict, StoreFailed) as failure:
            return self._not_now(index, entity, failure)
        return self.result(index, result, id=put.id, value=value)

    def _put(self, entity: EntityT, row: InputT, upsert: bool) -> tuple[EntityT, Result]:
        """As `put`. A claim that a deleted entity left behind is taken over."""
        created = self._event("created", entity.id)
        gone: str | None = None
        for _ in range(_ATTEMPTS):
            try:
                self.entities.add(
                    entity, [created], former_owner=gone, also=self.caller.keep(entity)
                )
            except ValueTaken as taken:
                existing = self.entities.get(taken.owner)
                if existing is None:
                    gone = taken.owner
                elif self._value(existing) != self._value(entity):
                    gone = None
                elif upsert:
                    return self._update(existing, row)
                else:
                    raise self.kind.exists(existing.id) from taken
            else:
                return entity, "created"
        raise self.kind.contended

    def _update(self, existing: EntityT, row: InputT) -> tuple[EntityT, Result]:
        """Change what `row` gives, nothing else. Raises Conflict when others keep changing it."""
        current: EntityT | None = existing
        value = self._value(existing)
        for _ in range(_ATTEMPTS):
            if current is None or self._value(current) != value:
                break
            after = self.after(current, self.given(row))
            changes = _differences(current, after)
            if not changes:
                return current, "unchanged"
            events = [self._updated(current.id, changes)]
            try:
                self.entities.change(current, after, events, also=self.caller.keep(after))
            except EntityMoved as moved:
                current = moved.current
            else:
                return after, "updated"
        raise self.kind.contended

    def _change(self, entity_id: str, given: Mapping[str, Any], if_match: int | None) -> EntityT:
        """As `change`, of an entity that has to be read first. Raises Conflict also when others
        keep changing the entity or the claim on its value."""
        unique = self.entities.unique
        for _ in range(_ATTEMPTS):
            current, owner = self.entities.with_owner(entity_id, given.get(unique))
            if current is None:
                raise self.kind.not_found
            if if_match not in (None, current.version):
                raise Conflict.at_version(current.version)
            after = self.after(current, given)
            value = self._value(after)
            if value == self._value(current):
                changes = {name: given[name] for name in given if name != unique}
                if not changes:
                    return current
                events = [self._updated(entity_id, changes)]
                try:
                    self.entities.change(current, after, events, also=self.caller.keep(after))
                except EntityMoved:
                    continue
                return after
            if owner and (other := self.entities.get(owner)):
                if self._value(other) == value:
                    raise self.kind.of_another(owner)
                continue  # it has just left the value
            events = [self._updated(entity_id, given)]
            also = self.caller.keep(after)
            if self.entities.reclaim(current, after, events, former_owner=owner, also=also):
                return after
        raise self.kind.contended

    def _value(self, entity: EntityT) -> str | None:
        value: str | None = getattr(entity, self.entities.unique)
        return value

    def _event(self, happened: str, entity_id: str, **data: object) -> Event:
        noun = self.kind.noun
        about: dict[str, Any] = {f"{noun}_id": entity_id, **data}
        return self.caller.event(f"{noun}.{happened}", **about)

    def _updated(self, entity_id: str, changes: Mapping[str, Any]) -> Event:
        return self._event("updated", entity_id, changed=sorted(changes))

    def _not_now(self, index: int, entity: EntityT, failure: OutriderError) -> ResultT:
        """A row that another try may bring in."""
        reason = f"{failure.detail} (send this row again)"
        return self.result(index, "failed", value=self._value(entity), reason=reason)

    def _refused(self, index: int, raw: Any, error: ValidationError) -> ResultT:
        value = raw.get(self.entities.unique) if isinstance(raw, dict) else None
        text = shortened(value) if isinstance(value, str) else None
        return self.result(index, "failed", value=text, reason=explain(error))


def _differences(before: Entity, after: Entity) -> dict[str, Any]:
    was = before.fields()
    unseen = {"version", "updated_at"}
    return {
        name: value
        for name, value in after.fields().items()
        if value != was[name] and name not in unseen
    }
