"""Base class of the targets of entities: contacts and companies."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from outrider.access.models import Caller
from outrider.entities.bulk import Bulk, NewEntity
from outrider.entities.repository import ADD_AT_ONCE, EntityT
from outrider.imports.columns.headers import OPEN_FIELD
from outrider.imports.columns.values import words_in
from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow, Undo
from outrider.imports.targets import KeyOwner, Parsed, RowRefused
from outrider.kit import clock, ids, parallel
from outrider.kit.attempts import FEW, attempts
from outrider.kit.aws.attributes import Item
from outrider.kit.errors import Stale
from outrider.kit.http.requests import explain
from outrider.kit.outbox import Event

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class EntityTarget(ABC, Generic[EntityT]):
    caller: Caller
    entities: Bulk[EntityT]
    import_id: str

    key: ClassVar[str]
    noun: ClassVar[str]
    """Family of the events."""
    prefix: ClassVar[str]
    """Prefix of the ids."""
    callers: ClassVar[frozenset[str]]
    """Fields that callers can set."""
    changes: ClassVar[TypeAdapter[Any]]

    optional: ClassVar[frozenset[str]]
    """Fields whose invalid values do not fail a row."""

    @abstractmethod
    def parse(self, given: Given, *, strict: bool) -> Parsed: ...

    @abstractmethod
    def new(self, row: PlannedRow, now: str) -> EntityT:
        """Return the entity that a planned row creates."""

    def key_of(self, key: str) -> str:
        return self.entities.key_of(key)

    def _read(
        self, row: TypeAdapter[RowT], given: Given, fields: dict[str, Any], *, strict: bool
    ) -> tuple[RowT, str | None]:
        """Return the validated row, and a note on invalid values of optional cells, which are kept
        under their column names. Raises RowRefused."""
        try:
            return row.validate_python(fields, strict=strict), None
        except ValidationError as error:
            bad = {str(each["loc"][0]) for each in error.errors() if each["loc"]}
            if strict or not bad or not bad <= self.optional:
                raise RowRefused(explain(error, row)) from error
            open_field = OPEN_FIELD[given.kind] or ""
            aside = {given.columns.get(name, name): fields.pop(name) for name in sorted(bad)}
            fields[open_field] = {**aside, **fields.get(open_field, {})}
            why = explain(error, row)
        try:
            return row.validate_python(fields), f"Kept in {open_field}: {why}"
        except ValidationError as error:
            raise RowRefused(explain(error, row)) from error

    def find(self, keys: Collection[str]) -> Mapping[str, KeyOwner]:
        found = self.entities.find(keys)
        return {key: KeyOwner(claimed.owner, claimed.item) for key, claimed in found.items()}

    def new_id(self, key: str) -> str:  # noqa: ARG002 - other targets derive it from the key
        return ids.new(self.prefix)

    def changed(self, item: Item, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {name: value for name, value in changes.items() if value is not None}
        try:
            if given:
                self.changes.validate_python(given, strict=True)
        except ValidationError as error:
            raise RowRefused(explain(error, self.changes)) from error
        return self.entities.with_index_keys(item, changes)

    def created(self, row: PlannedRow) -> Mapping[str, Any]:
        return self.new(row, "").model_dump()

    def digest(self, fields: Mapping[str, Any]) -> str:
        set_ = {
            name: value
            for name, value in fields.items()
            if name in self.callers and value not in (None, [], {})
        }
        canonical = orjson.dumps(set_, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical).hexdigest()[:16]

    def apply(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        new = [row for row in rows if row.result == "created"]
        changed = [row for row in rows if row.result == "updated"]
        added = parallel.chunks(lambda chunk: self._add(chunk, marks), new, ADD_AT_ONCE)
        done = parallel.each(lambda row: self._change(row, marks), changed)
        lost = {row.row for row, well in zip(changed, done, strict=True) if not well}
        return lost.union(*added)

    def undo(self, id: str, undo: Undo, mark: str) -> bool:
        version = undo.version
        for _ in attempts(FEW):
            try:
                self._undo(id, undo.before, version, mark)
            except Stale as stale:
                # Workers change entities too, for example their links to companies.
                if stale.current is None or self.digest(stale.current) != undo.digest:
                    return False
                version = stale.current["version"]
            else:
                return True
        return False

    def _undo(self, id: str, before: Mapping[str, Any] | None, version: int, mark: str) -> None:
        if before is None:
            self.entities.withdraw(id, [self._event("deleted", id, mark)], version=version)
        else:
            self.entities.change_marked(
                id, before, [self._updated(id, before, mark)], version=version, mark=mark
            )

    def _add(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        now = clock.timestamp()
        new = [
            NewEntity(
                self.new(row, now),
                [self._event("created", row.id or "", marks[row.row])],
                marks[row.row],
                row.former_owner,
            )
            for row in rows
        ]
        refused = self.entities.add_marked(new)
        return {row.row for row in rows if row.id in refused}

    def _change(self, row: PlannedRow, marks: Mapping[int, str]) -> bool:
        id, fields, mark = row.id or "", row.fields or {}, marks[row.row]
        try:
            self.entities.change_marked(
                id, fields, [self._updated(id, fields, mark)], version=row.version, mark=mark
            )
        except Stale:
            return False
        return True

    def _updated(self, id: str, changes: Mapping[str, Any], mark: str) -> Event:
        changed = sorted(name for name in changes if name in self.callers)
        return self._event("updated", id, mark, changed=changed)

    def _event(self, happened: str, id: str, mark: str, **data: Any) -> Event:
        about = {f"{self.noun}_id": id, "import_id": self.import_id, **data}
        return self.caller.event(f"{self.noun}.{happened}", identity=mark, **about)


def made_at(row: PlannedRow) -> str:
    """Return the creation time of the item that a row creates, from its id."""
    return clock.to_text(clock.from_epoch_ms(ids.made_at(row.id or "")))


def split_tags(fields: dict[str, Any]) -> None:
    """Split a text of tags into a list, in place."""
    if isinstance(tags := fields.get("tags"), str):
        fields["tags"] = words_in(tags)
