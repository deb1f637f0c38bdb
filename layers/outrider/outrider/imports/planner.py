"""Planner of an import: decides from the stored items what each row does. It writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

from outrider.contacts.models import Status
from outrider.imports.columns.contact_status import Unclear, is_answer, stop_of
from outrider.imports.columns.headers import MAX_NAME, OPEN_FIELD, OURS, describe, is_ours
from outrider.imports.columns.names import STANDING, guess
from outrider.imports.columns.values import is_courtesy
from outrider.imports.files.rows import SourceRow
from outrider.imports.merging import Given, Policy, changes, completed, stops
from outrider.imports.models import MAX_COLUMNS, Column, Import, Kind, PlannedRow
from outrider.imports.targets import ImportTarget, KeyOwner, Parsed, RowRefused
from outrider.kit import bulk_marks


@dataclass(frozen=True, slots=True)
class NumberedRow:
    number: int
    source: SourceRow


@dataclass(frozen=True, slots=True)
class Planner:
    """Planner of the rows of one import. `columns` are the interpreted columns; for other names
    (JSON Lines) the field is guessed name by name."""

    importing: Import
    columns: Sequence[Column]
    target: ImportTarget
    _of_column: dict[str, str | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._of_column.update({column.column: column.field for column in self.columns})

    def describe(self, rows: Sequence[NumberedRow]) -> list[Column]:
        """Return the columns of these rows; names are truncated to MAX_NAME."""
        names = dict.fromkeys(name[:MAX_NAME] for row in rows for name in row.source.values)
        mapping = self.importing.mapping
        given = {name: mapping[name] for name in names if name in mapping}
        return describe(self.importing.kind, list(names)[:MAX_COLUMNS], given)

    def plan(self, rows: Sequence[NumberedRow]) -> list[PlannedRow]:
        """Return the plan of each row, in order. Of rows with the same key only the first is
        carried out."""
        understood = {row.number: self._parsed(row.source) for row in rows}
        keys = {
            self.target.key_of(parsed.key)
            for parsed in understood.values()
            if isinstance(parsed, Parsed)
        }
        held = self.target.find(keys)
        first: dict[str, int] = {}
        planned = []
        for row in rows:
            parsed = understood[row.number]
            begun = PlannedRow(row=row.number, line=row.source.line, result="failed")
            if isinstance(parsed, Parsed):
                begun.key, begun.note = parsed.key, parsed.note
                key = self.target.key_of(parsed.key)
                plan = self._plan(begun, parsed, held.get(key), first.get(key))
                if plan.writes:
                    first[key] = row.number
            else:
                plan = _changed(begun, reason=parsed)
            if plan.result == "failed":
                plan.values = row.source.values
            planned.append(plan)
        return planned

    def check(self, rows: Sequence[NumberedRow]) -> list[PlannedRow]:
        """Return the result of each row without regard to stored items: rows that would fail, and
        rows that would be skipped because an earlier one has the same key."""
        first: dict[str, int] = {}
        checked = []
        for row in rows:
            begun = PlannedRow(row=row.number, line=row.source.line, result="failed")
            parsed = self._parsed(row.source)
            if not isinstance(parsed, Parsed):
                checked.append(_changed(begun, reason=parsed))
                continue
            earlier = first.setdefault(self.target.key_of(parsed.key), row.number)
            fields = dict(parsed.given.fields)
            begun = _changed(begun, result="created", fields=fields, note=parsed.note)
            if earlier != row.number:
                reason = f"Row {earlier} has the same {self.target.key}"
                begun = _changed(begun, result="skipped", reason=reason)
            checked.append(begun)
        return checked

    def _parsed(self, source: SourceRow) -> Parsed | str:
        """Return the parsed row, or the reason why it is refused."""
        if source.error:
            return source.error
        try:
            return self.target.parse(
                self._given(source.values), strict=self.importing.format == "jsonl"
            )
        except (RowRefused, Unclear) as refused:
            return str(refused)

    def _plan(
        self, row: PlannedRow, parsed: Parsed, held: KeyOwner | None, first: int | None
    ) -> PlannedRow:
        earlier = first or self._row_of(held)
        if earlier and earlier != row.row:
            reason = f"Row {earlier} has the same {self.target.key}"
            return _changed(row, result="skipped", id=held.id if held else None, reason=reason)
        if held is None or held.item is None:
            fields = completed(parsed.given, self.policy)
            owner = held.id if held else None
            new_id = self.target.new_id(parsed.key)
            row = _changed(row, result="created", id=new_id, fields=fields, former_owner=owner)
            return _changed(row, digest=self.target.digest(self.target.created(row)))
        only_stops = self.importing.duplicates == "skip"
        wanted = (stops if only_stops else partial(changes, policy=self.policy))(
            held.item, parsed.given
        )
        if only_stops and not wanted:
            reason = f"There is already one with this {self.target.key}"
            return _changed(row, result="skipped", id=held.id, reason=reason)
        if not wanted:
            return _changed(row, result="unchanged", id=held.id)
        try:
            all_changes = self.target.changed(held.item, wanted)
        except RowRefused as refused:
            return _changed(row, id=held.id, reason=str(refused))
        return _changed(
            row,
            result="updated",
            id=held.id,
            fields=all_changes,
            before={name: held.item.get(name) for name in all_changes},
            version=held.item["version"],
            digest=self.target.digest({**held.item, **all_changes}),
        )

    @property
    def _is_ours(self) -> bool:
        return any(column.how == "ignored" for column in self.columns)

    @property
    def policy(self) -> Policy:
        importing = self.importing
        return Policy(
            importing.duplicates,
            importing.blanks,
            OPEN_FIELD[importing.kind],
            importing.defaults.model_dump(exclude_none=True),
        )

    def _row_of(self, held: KeyOwner | None) -> int | None:
        """Return the row of this import that last wrote the stored item, or None."""
        import_id, _, place = bulk_marks.mark_of(held.item if held else None).partition("#")
        return int(place.partition("#")[0]) if import_id == self.importing.id else None

    def _given(self, values: Mapping[str, Any]) -> Given:
        """Return the values of a row by field. Raises Unclear."""
        kind = self.importing.kind
        ours = is_ours(kind, list(values)) if self.importing.format == "jsonl" else self._is_ours
        row = _Row(kind, OPEN_FIELD[kind], ours)
        for column, value in values.items():
            row.take(column, self._field(column, row.fields, ours=ours), value)
        for other in self.columns:
            if other.stands_in and values.get(other.column) is not None:
                row.stand_in(other, values[other.column])
        return row.given()

    def _field(self, column: str, taken: Collection[str], *, ours: bool) -> str | None:
        if column in self._of_column:
            return self._of_column[column]
        if column in self.importing.mapping:
            return self.importing.mapping[column]
        kind = self.importing.kind
        open_field = OPEN_FIELD[kind]
        if column == open_field:
            return column
        guessed = guess(kind, column)
        if guessed and (guessed not in taken or guessed in STANDING):
            return guessed
        if ours and column in OURS[kind]:
            return None
        return f"{open_field}.{column[:MAX_NAME]}" if open_field else None


@dataclass(slots=True)
class _Row:
    """Builder of a row's values by field."""

    kind: Kind
    open_field: str | None
    is_ours: bool
    fields: dict[str, Any] = field(default_factory=dict)
    _opened: dict[str, Any] = field(default_factory=dict)
    _blank: set[str] = field(default_factory=set)
    _columns: dict[str, str] = field(default_factory=dict)
    _stop_cells: list[tuple[str, str, Any]] = field(default_factory=list)

    def take(self, column: str, name: str | None, value: Any) -> None:
        """Add the value of a column that is interpreted as the field `name`."""
        if name is None:
            return
        if name in STANDING and self.kind == "contacts":
            self._take_standing(column, name, value)
        elif value is None:
            self._blank.add(name)
        elif name == self.open_field and isinstance(value, dict):
            self._opened |= value
        elif "." in name:
            self._opened[name.partition(".")[2]] = value
        elif self._is_wrong_field(name, value):
            self._opened[column[:MAX_NAME]] = value
        else:
            self.fields[name], self._columns[name] = value, column

    def _take_standing(self, column: str, name: str, value: Any) -> None:
        if value is None:
            return
        self._stop_cells.append((column, name, value))
        if name == "status" and self.is_ours and value in get_args(Status):
            self.fields["status"] = "new" if value == "active" else value
        elif not is_answer(value):
            self._opened[column[:MAX_NAME]] = value

    def stand_in(self, column: Column, value: Any) -> None:
        name = column.stands_in or ""
        has_part = name == "full_name" and {"first_name", "last_name"} & set(self.fields)
        if name in self.fields or has_part or self._is_wrong_field(name, value):
            return
        self.fields[name], self._columns[name] = value, column.column
        self._blank.discard(name)
        self._opened.pop((column.field or "").partition(".")[2], None)

    def _is_wrong_field(self, name: str, value: Any) -> bool:
        """Return whether the value belongs to another field of the same name: Outlook's title is
        Ms. or Dr., not a job title."""
        return name == "title" and not self.is_ours and is_courtesy(str(value))

    def given(self) -> Given:
        """Return the values. Raises Unclear."""
        if stop := stop_of(self._stop_cells):
            self.fields["status"] = stop
        if self.fields.get("status") == "new":
            del self.fields["status"]
        if self.open_field and self._opened:
            self.fields[self.open_field] = self._opened
        return Given(self.fields, frozenset(self._blank), self._columns, self.kind)


def _changed(row: PlannedRow, **changed: Any) -> PlannedRow:
    return row.model_copy(update=changed)
