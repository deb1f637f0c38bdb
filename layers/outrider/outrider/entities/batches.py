"""Batch creation and upsert of entities, with a result per row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from outrider.entities.errors import EntityExists
from outrider.entities.repository import ADD_AT_ONCE, EntityT, ValueTaken
from outrider.entities.schemas import RowResult
from outrider.entities.writes import EntityWrites
from outrider.kit import parallel
from outrider.kit.attempts import FEW
from outrider.kit.aws.dynamodb import Action, StoreFailed
from outrider.kit.errors import Conflict, OutriderError, ValidationFailed
from outrider.kit.http.requests import read_rows
from outrider.kit.text.quotes import OF_A_ROW, shortened

InputT = TypeVar("InputT")
ResultT = TypeVar("ResultT", bound=RowResult)
Rows = Sequence[tuple[int, InputT]]


@dataclass(frozen=True, slots=True)
class EntityBatch(Generic[EntityT, InputT, ResultT]):
    """Batch of the rows of one request.

    `new` makes an entity from a row (its further arguments are those of `Caller.new_id`); `given`
    returns the fields that an upsert changes. `check_rows` returns the reasons of rejected rows by
    index, and the condition checks for all others.
    """

    writes: EntityWrites[EntityT]
    row: TypeAdapter[InputT]
    result: type[ResultT]
    new: Callable[..., EntityT]
    given: Callable[[InputT], Mapping[str, Any]]
    check_rows: Callable[[Rows[InputT]], tuple[dict[int, str], Sequence[Action]]]

    def put(self, raw_rows: Sequence[Any], *, upsert: bool) -> list[ResultT]:
        """Create or upsert the rows and return one result per row, in the same order. Raises
        AnsweredBefore, IdempotencyMismatch, StillRunning."""
        self.writes.caller.begin()
        unique = self.writes.entities.unique
        read, refused = read_rows(self.row, raw_rows)
        results = {
            index: self._refused(index, raw_rows[index], reason)
            for index, reason in refused.items()
        }
        rows: list[tuple[int, InputT]] = []
        first_with: dict[str, int] = {}
        for index, row in read:
            value = getattr(row, unique)
            key = None if value is None else self.writes.entities.key_of(value)
            first = index if key is None else first_with.setdefault(key, index)
            if first == index:
                rows.append((index, row))
            else:
                reason = f"Row {first} has the same {self.writes.kind.unique}"
                results[index] = self._result(index, "skipped", value, reason=reason)
        for part in parallel.chunks(lambda chunk: self._add(chunk, upsert), rows, ADD_AT_ONCE):
            results |= part
        return [results[index] for index in sorted(results)]

    def _add(self, rows: Rows[InputT], upsert: bool) -> dict[int, ResultT]:
        """Add rows with distinct unique values, in one transaction for all that are new."""
        entities, event = self.writes.entities, self.writes.event
        new = {index: self.new(row, str(index)) for index, row in rows}
        results: dict[int, ResultT] = {}
        try:
            refused, checks = self.check_rows(rows)
            for index, reason in refused.items():
                value = self.writes.value(new.pop(index))
                results[index] = self._result(index, "failed", value, reason=reason)
            taken = entities.add_many(
                [(entity, [event("created", entity.id)]) for entity in new.values()], checks
            )
            owners = entities.get_many(sorted(set(taken.values()))) if taken else {}
        except (StoreFailed, ValidationFailed) as failure:  # a check failed that held just before
            return results | {
                index: self._not_now(index, entity, failure) for index, entity in new.items()
            }
        given = dict(rows)
        for index, entity in new.items():
            owner = taken.get(entity.id, entity.id)
            if owner == entity.id:  # new, or created by an earlier attempt of this request
                value = self.writes.value(entity)
                results[index] = self._result(index, "created", value, id=entity.id)
            else:
                results[index] = self._settle(
                    index, entity, self.given(given[index]), owner, owners.get(owner), upsert=upsert
                )
        return results

    def _settle(
        self,
        index: int,
        entity: EntityT,
        given: Mapping[str, Any],
        owner: str,
        existing: EntityT | None,
        *,
        upsert: bool,
    ) -> ResultT:
        """Update, skip or create for a row whose unique value is claimed by `owner`; `existing` is
        None if that entity is deleted."""
        writes, value = self.writes, self.writes.value(entity)
        try:
            if existing is None or value is None or not writes.entities.holds(existing, value):
                taken = ValueTaken(owner)
                put, result = writes.settle(entity, given, taken, upsert=upsert, most=FEW)
            elif upsert:
                put, result = writes.update(existing, given, value, FEW)
            else:
                raise writes.exists(existing)
        except EntityExists as exists:
            return self._result(index, "skipped", value, id=exists.owner, reason=exists.detail)
        except ValidationFailed as refused:
            return self._result(index, "failed", value, reason=refused.detail)
        except (Conflict, StoreFailed) as failure:
            return self._not_now(index, entity, failure)
        return self._result(index, result, value, id=put.id)

    def _not_now(self, index: int, entity: EntityT, failure: OutriderError) -> ResultT:
        """Return the result of a row that failed temporarily and may succeed in a retry."""
        reason = f"{failure.detail} (send this row again)"
        return self._result(index, "failed", self.writes.value(entity), reason=reason)

    def _refused(self, index: int, raw: Any, reason: str) -> ResultT:
        value = raw.get(self.writes.entities.unique) if isinstance(raw, dict) else None
        text = shortened(value, OF_A_ROW) if isinstance(value, str) else None
        return self._result(index, "failed", text, reason=reason)

    def _result(self, index: int, result: str, value: str | None, **fields: Any) -> ResultT:
        unique = {self.writes.entities.unique: value}
        return self.result.model_validate({"index": index, "result": result, **unique, **fields})
