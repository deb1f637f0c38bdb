"""What is to become of rows, told from what is there now. Nothing is written here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outrider.imports.headers import MAX_NAME, OPEN_FIELD, describe, guess
from outrider.imports.merging import Given, Policy, changes, completed
from outrider.imports.models import MAX_COLUMNS, Column, Import, PlannedRow
from outrider.imports.reading import SourceRow
from outrider.imports.targets import Held, Parsed, RowRefused, Target
from outrider.kit import marks


@dataclass(frozen=True, slots=True)
class NumberedRow:
    number: int
    source: SourceRow


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans rows of one import. `columns` says what each column is; where it does not (JSON Lines)
    names are guessed one by one."""

    importing: Import
    columns: Sequence[Column]
    target: Target
    _of_column: dict[str, str | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._of_column.update({column.column: column.field for column in self.columns})

    def describe(self, rows: Sequence[NumberedRow]) -> list[Column]:
        """The columns that these rows have, by the beginnings of their names."""
        names = dict.fromkeys(name[:MAX_NAME] for row in rows for name in row.source.values)
        mapping = self.importing.mapping
        given = {name: mapping[name] for name in names if name in mapping}
        return describe(self.importing.kind, list(names)[:MAX_COLUMNS], given)

    def plan(self, rows: Sequence[NumberedRow]) -> list[PlannedRow]:
        """In the order of the rows. Of several about the same only the first is carried out."""
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
                begun.key = parsed.key
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

    def _parsed(self, source: SourceRow) -> Parsed | str:
        """The row, or why it is refused."""
        if source.error:
            return source.error
        try:
            return self.target.parse(
                self._given(source.values), strict=self.importing.format == "jsonl"
            )
        except RowRefused as refused:
            return str(refused)

    def _plan(
        self, row: PlannedRow, parsed: Parsed, held: Held | None, first: int | None
    ) -> PlannedRow:
        earlier = first or self._row_of(held)
        if earlier and earlier != row.row:
            reason = f"The same {self.target.key} stands in row {earlier}"
            return _changed(row, result="skipped", id=held.id if held else None, reason=reason)
        if held is None or held.item is None:
            fields = completed(parsed.given, self.policy)
            owner = held.id if held else None
            new_id = self.target.new_id(parsed.key)
            row = _changed(row, result="created", id=new_id, fields=fields, former_owner=owner)
            return _changed(row, digest=self.target.digest(self.target.created(row)))
        if self.importing.duplicates == "skip":
            reason = f"There is one with this {self.target.key} already"
            return _changed(row, result="skipped", id=held.id, reason=reason)
        wanted = changes(held.item, parsed.given, self.policy)
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
    def policy(self) -> Policy:
        importing = self.importing
        return Policy(
            importing.duplicates,
            importing.blanks,
            OPEN_FIELD[importing.kind],
            importing.defaults.model_dump(exclude_none=True),
        )

    def _row_of(self, held: Held | None) -> int | None:
        """The row of this import that last wrote what is held."""
        import_id, _, place = marks.mark_of(held.item if held else None).partition("#")
        return int(place.partition("#")[0]) if import_id == self.importing.id else None

    def _given(self, values: Mapping[str, Any]) -> Given:
        open_field = OPEN_FIELD[self.importing.kind]
        fields: dict[str, Any] = {}
        opened: dict[str, Any] = {}
        blank: set[str] = set()
        for column, value in values.items():
            name = self._field(column, fields)
            if name is None:
                continue
            if value is None:
                blank.add(name)
            elif name == open_field and isinstance(value, dict):
                opened |= value
            elif "." in name:
                opened[name.partition(".")[2]] = value
            else:
                fields[name] = value
        if open_field and opened:
            fields[open_field] = opened
        return Given(fields, frozenset(blank))

    def _field(self, column: str, taken: Collection[str]) -> str | None:
        if column in self._of_column:
            return self._of_column[column]
        if column in self.importing.mapping:
            return self.importing.mapping[column]
        open_field = OPEN_FIELD[self.importing.kind]
        if column == open_field:
            return column
        guessed = guess(self.importing.kind, column)
        if guessed and guessed not in taken:
            return guessed
        return f"{open_field}.{column[:MAX_NAME]}" if open_field else None


def _changed(row: PlannedRow, **changed: Any) -> PlannedRow:
    return row.model_copy(update=changed)
