"""Preview of an import, computed from the beginning of its file. It writes nothing."""

from collections.abc import Sequence
from dataclasses import replace

from outrider.imports.columns.contact_status import STOPS
from outrider.imports.errors import BrokenFile
from outrider.imports.files.conversion import BEGINNING, form_of, is_json_lines
from outrider.imports.files.layout import FileOptions, read_layout
from outrider.imports.files.lines import Lines
from outrider.imports.files.rows import CsvRows, JsonRows, Rows
from outrider.imports.models import Import, ImportPreview, PlannedRow, PreviewRow, RowProblem
from outrider.imports.planner import NumberedRow, Planner
from outrider.imports.storage import ImportFiles
from outrider.imports.targets import ImportTarget

ROWS = 20
"""Maximum number of rows that a preview shows."""
CHECKED = 500
"""Maximum number of rows that a preview checks for problems."""
_LONGEST = 300


def preview(importing: Import, files: ImportFiles, target: ImportTarget) -> ImportPreview:
    """Return the preview of an import. Raises ObjectMissing if there is no file, and BrokenFile if
    it cannot be read at all."""
    files = replace(files, is_converted=importing.is_converted)
    beginning = files.fetch(0, BEGINNING).body
    if not importing.is_converted and form_of(beginning):
        raise BrokenFile(1, "The workbook is still being converted. Ask again in a moment")
    if is_json_lines(beginning):
        importing = importing.model_copy(update={"format": "jsonl"})
    rows: Rows
    if importing.format != "jsonl":
        layout = read_layout(files.fetch, FileOptions.of(importing))
        lines = Lines(files.fetch, layout.offset, layout.line)
        rows = CsvRows(lines, layout.columns, layout.delimiter, layout.encoding)
        encoding = importing.encoding if importing.is_converted else layout.encoding
        found = {"delimiter": layout.delimiter, "encoding": encoding}
        columns, warnings = list(layout.columns), list(layout.warnings)
    else:
        rows = JsonRows(Lines(files.fetch, 0, 0))
        found, columns, warnings = {}, [], []
    read, broken, complete = _read(rows)
    planner = Planner(importing, columns, target)
    planned = planner.plan(read[:ROWS])
    checked = planner.check(read)
    return ImportPreview(
        import_id=importing.id,
        format=importing.format,
        columns=columns or planner.describe(read),
        warnings=warnings,
        rows=[_shown(row) for row in planned],
        rows_checked=len(read),
        complete=complete,
        problems=_problems(checked, broken),
        stops={
            stop: sum((row.fields or {}).get("status") == stop for row in checked) for stop in STOPS
        },
        **found,
    )


def _read(rows: Rows) -> tuple[list[NumberedRow], BrokenFile | None, bool]:
    """Return the first rows, the error if the file breaks off among them, and whether these are all
    rows."""
    read: list[NumberedRow] = []
    while len(read) < CHECKED:
        try:
            source = rows.next()
        except BrokenFile as broken:
            if not read:
                raise
            return read, broken, True
        if source is None:
            return read, None, True
        read.append(NumberedRow(len(read) + 1, source))
    return read, None, False


def _shown(row: PlannedRow) -> PreviewRow:
    shown = row.model_dump(include=set(PreviewRow.model_fields))
    return PreviewRow(**{**shown, "id": row.id if row.result != "created" else None})


def _problems(rows: Sequence[PlannedRow], broken: BrokenFile | None) -> list[RowProblem]:
    found: dict[str, RowProblem] = {}
    for row in rows:
        for kind, detail in _problems_of(row):
            before = found.get(kind)
            found[kind] = RowProblem(
                kind=kind,
                count=before.count + 1 if before else 1,
                line=before.line if before else row.line,
                detail=before.detail if before else detail[:_LONGEST],
            )
    if broken:
        found["unreadable"] = RowProblem(
            kind="unreadable", count=1, line=broken.line, detail=broken.detail
        )
    return sorted(found.values(), key=lambda problem: -problem.count)


def _problems_of(row: PlannedRow) -> list[tuple[str, str]]:
    if row.note:
        return [("put_aside", row.note)]
    if row.result == "skipped":
        return [("duplicate", row.reason or "")]
    if row.result != "failed":
        return []
    reason = row.reason or ""
    if not reason.startswith("/"):
        return [("unreadable", reason)]
    parts = [part for part in reason.split("; ") if part.startswith("/")]
    return [(part[1:].partition(":")[0].partition("/")[0] or "row", part) for part in parts]
