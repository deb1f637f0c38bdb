"""What is done with entities of any kind: creating, upserting and changing them, one or many."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import TypeAdapter

from outrider.access.models import Caller
from outrider.entities.errors import EntityExists, ValueOfAnother
from outrider.entities.repository import (
    ADD_AT_ONCE,
    EntityMoved,
    EntityRepository,
    EntityT,
    ValueTaken,
)
from outrider.entities.schemas import Result, RowResult
from outrider.kit import ids, parallel
from outrider.kit.attempts import FEW, MOST, attempts
from outrider.kit.aws.dynamodb import Action, StoreFailed
from outrider.kit.errors import (
    Conflict,
    Contended,
    OutriderError,
    PreconditionFailed,
    ResourceNotFound,
    ValidationFailed,
)
from outrider.kit.http.requests import read_rows
from outrider.kit.outbox import Event
from outrider.kit.text.quotes import OF_A_ROW, shortened

InputT = TypeVar("InputT")
ResultT = TypeVar("ResultT", bound=RowResult)


@dataclass(frozen=True, slots=True)
class Kind:
    """The words for a kind of entity, for example `contact`, `con` and `address`."""

    noun: str
    prefix: str
    unique: str
    not_found: type[ResourceNotFound]

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

    @abstractmethod
    def changes(self, current: EntityT, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """What changes about `current` when `given` is to hold. Raises ValidationFailed."""

    def check_actions(self, given: Mapping[str, Any]) -> Sequence[Action]:  # noqa: ARG002
        """What has to hold when `given` is written, for the transaction. Raises ValidationFailed,
        and makes the transaction raise it."""
        return ()

    def checks_of_rows(
        self,
        rows: Sequence[tuple[int, InputT]],  # noqa: ARG002
    ) -> tuple[dict[int, str], Sequence[Action]]:
        """Why rows are refused, by index, and `checks` of all the others."""
        return {}, ()

    def must_read(self, given: Mapping[str, Any]) -> bool:
        """Whether what `given` makes of an entity depends on what it is."""
        return self.entities.unique in given

    def get(self, entity_id: str) -> EntityT:
        entity = self.entities.get(entity_id) if self.is_id(entity_id) else None
        if entity is None:
            raise self.kind.not_found
        return entity

    def existing(self, entity_ids: Iterable[str]) -> set[str]:
        """Those of `entity_ids` that name an entity of this workspace."""
        return set(self.several(entity_ids))

    def several(self, entity_ids: Iterable[str]) -> dict[str, EntityT]:
        """Those of `entity_ids` that there are, by id."""
        return self.entities.get_many([each for each in entity_ids if self.is_id(each)])

    def count(self) -> int:
        """How many there are in the workspace."""
        return self.entities.count()

    def is_id(self, text: str) -> bool:
        return ids.is_id(self.kind.prefix, text)

    def put(self, row: InputT, *, upsert: bool) -> tuple[EntityT, Result]:
        """Create an entity, or with `upsert` update the one that has its unique value.

        Raises EntityExists, and Conflict when others keep changing it.
        """
        return self._put(self.new(row), row, upsert)

    def put_many(self, raw_rows: Sequence[Any], *, upsert: bool) -> list[ResultT]:
        """One result for each row, in the order of the rows."""
        self.caller.begin()
        read, refused = read_rows(self.row, raw_rows)
        results = {
            index: self._refused(index, raw_rows[index], reason)
            for index, reason in refused.items()
        }
        rows: list[tuple[int, InputT]] = []
        first_with: dict[str, int] = {}
        for index, row in read:
            value = self._given_value(row)
            key = None if value is None else self.entities.key_of(value)
            first = index if key is None else first_with.setdefault(key, index)
            if first == index:
                rows.append((index, row))
            else:
                reason = f"The same {self.kind.unique} stands in row {first}"
                results[index] = self.result(index, "skipped", value=value, reason=reason)
        for part in parallel.chunks(lambda chunk: self._add_rows(chunk, upsert), rows, ADD_AT_ONCE):
            results |= part
        return [results[index] for index in sorted(results)]

    def change(self, entity_id: str, given: Mapping[str, Any], if_match: int | None) -> EntityT:
        """Change what is given, nothing else. Raises `Kind.not_found`, ValueOfAnother, and
        PreconditionFailed at another version than `if_match`."""
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
            raise PreconditionFailed.at_version(moved.current.version) from moved

    def remove(self, entity_id: str) -> None:
        deleted = self._event("deleted", entity_id)
        if not self.is_id(entity_id) or not self.entities.remove(entity_id, [deleted]):
            raise self.kind.not_found

    def _add_rows(self, rows: Sequence[tuple[int, InputT]], upsert: bool) -> dict[int, ResultT]:
        """Rows of different values, in one transaction where all of them are new."""
        new = {index: self.new(row, str(index)) for index, row in rows}
        results: dict[int, ResultT] = {}
        try:
            refused, checks = self.checks_of_rows(rows)
            for index, reason in refused.items():
                value = self._value(new.pop(index))
                results[index] = self.result(index, "failed", value=value, reason=reason)
            taken = self.entities.add_many(
                [(entity, [self._event("created", entity.id)]) for entity in new.values()], checks
            )
            owners = self.entities.get_many(sorted(set(taken.values()))) if taken else {}
        except (StoreFailed, ValidationFailed) as failure:  # a check that held just before
            return results | {
                index: self._not_now(index, entity, failure) for index, entity in new.items()
            }
        given = dict(rows)
        for index, entity in new.items():
            owner = taken.get(entity.id)
            if owner in (None, entity.id):  # itself: made before the request was cut short
                value = self._value(entity)
                results[index] = self.result(index, "created", id=entity.id, value=value)
            else:
                results[index] = self._settle(
                    index, given[index], entity, owners.get(owner), upsert
                )
        return results

    def _settle(
        self, index: int, row: InputT, entity: EntityT, existing: EntityT | None, upsert: bool
    ) -> ResultT:
        """What becomes of a row whose value is taken: by `existing`, or by one that is gone."""
        value = self._given_value(row)
        if existing is not None and not self.entities.holds(existing, value):
            existing = None
        try:
            if existing is not None and not upsert:
                raise self._exists(existing)
            put, result = (
                self._update(existing, row, FEW)
                if existing
                else self._put(entity, row, upsert, FEW)
            )
        except EntityExists as exists:
            reason = exists.detail
            return self.result(index, "skipped", id=exists.owner, value=value, reason=reason)
        except ValidationFailed as refused:
            return self.result(index, "failed", value=value, reason=refused.detail)
        except (Conflict, StoreFailed) as failure:
            return self._not_now(index, entity, failure)
        return self.result(index, result, id=put.id, value=value)

    def _put(
        self, entity: EntityT, row: InputT, upsert: bool, most: int = MOST
    ) -> tuple[EntityT, Result]:
        """As `put`, in so many attempts at `most`. A claim that a deleted entity left behind is
        taken over."""
        created = self._event("created", entity.id)
        given, value = self.given(row), self._given_value(row)
        gone: str | None = None
        for _ in attempts(most):
            try:
                self.entities.add(
                    entity, [created], former_owner=gone, also=self._further_actions(entity, given)
                )
            except ValueTaken as taken:
                existing = self.entities.get(taken.owner)
                if existing is None:
                    gone = taken.owner
                elif not self.entities.holds(existing, value):
                    gone = None
                elif upsert:
                    return self._update(existing, row, most)
                else:
                    raise self._exists(existing) from taken
            else:
                return entity, "created"
        raise self.kind.contended

    def _update(self, existing: EntityT, row: InputT, most: int) -> tuple[EntityT, Result]:
        """Change what `row` gives, nothing else, in so many attempts at `most`. Raises Conflict
        when others keep changing it."""
        current: EntityT | None = existing
        given, value = self.given(row), self._given_value(row)
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
                self.entities.change(
                    current, after, events, also=self._further_actions(after, changes)
                )
            except EntityMoved as moved:
                current = moved.current
            else:
                return after, "updated"
        raise self.kind.contended

    def _change(self, entity_id: str, given: Mapping[str, Any], if_match: int | None) -> EntityT:
        """As `change`, of an entity that has to be read first. Raises Conflict also when others
        keep changing the entity or the claim on its value."""
        unique = self.entities.unique
        for _ in attempts():
            current, owner = self.entities.with_owner(entity_id, given.get(unique))
            if current is None:
                raise self.kind.not_found
            if if_match not in (None, current.version):
                raise PreconditionFailed.at_version(current.version)
            changes = self.changes(current, given)
            after = current.changed(changes)
            value = self._value(after)
            if self.entities.are_same(value, self._value(current)):
                others = [
                    name for name in changes if name != unique or value != self._value(current)
                ]
                if not others:
                    return current
                events = [self._updated(entity_id, others)]
                try:
                    self.entities.change(
                        current, after, events, also=self._further_actions(after, given)
                    )
                except EntityMoved:
                    continue
                return after
            if owner not in (None, entity_id) and (other := self.entities.get(owner)):
                if value is not None and self.entities.holds(other, value):
                    raise ValueOfAnother(self.kind.noun, self.kind.unique, owner)
                continue  # it has just left the value
            events = [self._updated(entity_id, changes)]
            also = self._further_actions(after, given)
            if self.entities.reclaim(current, after, events, former_owner=owner, also=also):
                return after
        raise self.kind.contended

    def _value(self, entity: EntityT) -> str | None:
        value: str | None = getattr(entity, self.entities.unique)
        return value

    def _given_value(self, row: InputT) -> Any:
        return getattr(row, self.entities.unique)

    def _further_actions(self, after: EntityT, given: Mapping[str, Any]) -> Sequence[Action]:
        """What belongs to the write that makes `after` of what is given."""
        return [*self.check_actions(given), *self.caller.keep_actions(after)]

    def _exists(self, existing: EntityT) -> EntityExists:
        return EntityExists(self.kind.noun, self.kind.unique, existing.id)

    def _event(self, happened: str, entity_id: str, **data: object) -> Event:
        noun = self.kind.noun
        about: dict[str, Any] = {f"{noun}_id": entity_id, **data}
        return self.caller.event(f"{noun}.{happened}", **about)

    def _updated(self, entity_id: str, changes: Iterable[str]) -> Event:
        return self._event("updated", entity_id, changed=sorted(changes))

    def _not_now(self, index: int, entity: EntityT, failure: OutriderError) -> ResultT:
        """A row that another try may bring in."""
        reason = f"{failure.detail} (send this row again)"
        return self.result(index, "failed", value=self._value(entity), reason=reason)

    def _refused(self, index: int, raw: Any, reason: str) -> ResultT:
        value = raw.get(self.entities.unique) if isinstance(raw, dict) else None
        text = shortened(value, OF_A_ROW) if isinstance(value, str) else None
        return self.result(index, "failed", value=text, reason=reason)
