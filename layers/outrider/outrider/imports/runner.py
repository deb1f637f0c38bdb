"""Worker of imports: runs an import chunk by chunk, over as many invocations as it takes.

The plan of a chunk is stored, then carried out, then the results of its rows are stored. If a
worker dies, the next one continues with the stored plan; this is idempotent, since each written
item carries the row's mark. A chunk on which workers die repeatedly is read again row by row, to
find the poison row; the import ends there.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from outrider.access.models import Caller
from outrider.imports.errors import BrokenFile
from outrider.imports.files.conversion import BEGINNING, converted, form_of, is_json_lines
from outrider.imports.files.layout import FileOptions, read_layout
from outrider.imports.files.lines import Lines
from outrider.imports.files.rows import CsvRows, JsonRows, Rows
from outrider.imports.models import NO_COUNTS, Counts, Import, SettledRow, Status
from outrider.imports.pace import Backpressure
from outrider.imports.planner import NumberedRow, Planner
from outrider.imports.repository import Chunk, ImportLeaseLost, ImportRepository, ImportWork
from outrider.imports.storage import ChunkEnd, ChunkPlan, ImportFiles
from outrider.imports.targets import ImportTarget
from outrider.kit import clock
from outrider.kit.errors import ServiceUnavailable

MAX_BYTES = 200 * 1024 * 1024
CONFIRMATION = timedelta(days=7)
"""Time after which an import that was not confirmed expires."""
CHUNK_ROWS = 500
CHUNK_BYTES = 4 * 1024 * 1024
MOST_TRIES = 3
"""Attempts without a saved chunk before the import fails; the queue delivers a message up to five
times."""
_CAREFUL_AFTER = 2
"""Attempts after which chunks have a single row."""
_ROUNDS = 3
_CONTENDED = "Others kept changing it at the same time; import this row again"


@dataclass(frozen=True, slots=True)
class _ReadChunk:
    rows: Sequence[NumberedRow]
    end: ChunkEnd
    at_end: bool
    broken: BrokenFile | None


@dataclass(frozen=True, slots=True)
class ImportRunner:
    """Worker that runs imports. `target` returns the target of a kind, `go_on` queues another
    invocation, and `pace` delays the next chunk until the events of the previous one are
    recorded."""

    caller: Callable[[ImportWork], Caller]
    imports: ImportRepository
    files: ImportFiles
    target: Callable[[ImportWork], ImportTarget]
    go_on: Callable[[], None]
    pace: Callable[[ImportWork], Backpressure]

    def run(self, enough_time: Callable[[], bool]) -> str:
        """Start or continue the import, and return the outcome for the log. Raises
        ServiceUnavailable, without counting the attempt, if AWS fails."""
        try:
            work = self.imports.take(
                self.files.import_id, str(uuid4()), ["awaiting_upload", "running"]
            )
        except ImportLeaseLost:
            return "nothing to do"
        try:
            return self._run(work, enough_time)
        except ImportLeaseLost:
            return "taken over"
        except ServiceUnavailable:  # the file did not cause it
            with suppress(ServiceUnavailable):
                self.imports.uncount_attempt(work)
            raise

    def _run(self, work: ImportWork, enough_time: Callable[[], bool]) -> str:
        is_careful = work.tries >= _CAREFUL_AFTER and not self.files.has_plan(work.chunk)
        careful_until = work.row + CHUNK_ROWS if is_careful else 0
        try:
            if work.tries > MOST_TRIES:
                raise _poison_row(work)
            if work.shown.started_at is None:
                begun = self._begin(work)
                if begun is None:
                    return "to be confirmed"
                work = begun
            rows = self._rows(work)
            while True:
                careful = work.row < careful_until
                chunk = _read(work, rows, 1 if careful else CHUNK_ROWS)
                least = _CAREFUL_AFTER if careful else 0
                before, work = work, self._carry_out(work, chunk, least)
                if chunk.broken:
                    raise chunk.broken
                if chunk.at_end:
                    self._end(work, "completed")
                    return "completed"
                if not enough_time():
                    tries = min(work.tries, _CAREFUL_AFTER - 1)
                    self.imports.save(work, {"status": "running", "tries": tries}, done=True)
                    self.go_on()
                    return "to be continued"
                if not careful and _written(work) > _written(before):
                    self.pace(work).follow()
                if rows.lines.offset != work.offset:
                    rows = self._rows(work)
        except BrokenFile as broken:
            self._end(work, "failed", error={"line": broken.line, "detail": broken.detail})
            return "failed"

    def _begin(self, work: ImportWork) -> ImportWork | None:
        """Read the beginning of the file and start the import. Return None if it has to be
        confirmed first.

        Raises BrokenFile.
        """
        size = self.files.fetch(0, 1).size
        if size > MAX_BYTES:
            raise BrokenFile(1, f"The file has {size:,} bytes and may have at most {MAX_BYTES:,}")
        if size == 0:
            raise BrokenFile(1, "The file is empty")
        looked = self._detect(work.shown, size)
        if work.shown.confirm and work.shown.status == "awaiting_upload":
            self._await_confirmation(work, looked)
            return None
        started = {"status": "running", "started_at": clock.timestamp(), **looked}
        self.imports.save(work, started)
        return work.after(started)

    def _detect(self, shown: Import, size: int) -> dict[str, Any]:
        """Return the detected format and layout of the file; convert it if needed. Raises
        BrokenFile."""
        known: dict[str, Any] = {}
        files = self.files
        beginning = files.fetch(0, BEGINNING).body
        form = form_of(beginning)
        if form is None and is_json_lines(beginning):
            known = {"format": "jsonl"}
        elif form is not None:
            files = files.convert(converted(files.fetch, form, shown.sheet))
            size = files.fetch(0, 1).size
            known = {"format": form} if form in ("vcard", "xlsx") else {"encoding": form}
        known["progress"] = {"bytes_done": 0, "bytes_total": size, "rows_done": 0}
        shown = shown.model_copy(update=known)
        if shown.format != "jsonl":
            layout = read_layout(files.fetch, FileOptions.of(shown))
            known = {
                "columns": [column.model_dump() for column in layout.columns],
                "delimiter": layout.delimiter,
                "encoding": layout.encoding,
                "offset": layout.offset,
                "line": layout.line,
                "warnings": list(layout.warnings),
                **known,
            }
        return known

    def _await_confirmation(self, work: ImportWork, looked: Mapping[str, Any]) -> None:
        """Wait for confirmation. The attempt is not counted."""
        until = clock.to_text(clock.now() + CONFIRMATION)
        waits = {"status": "awaiting_confirmation", "expires_at": until, "tries": 0, **looked}
        awaiting = self.caller(work).event(
            "import.awaiting_confirmation",
            identity=work.shown.id,
            import_id=work.shown.id,
            kind=work.shown.kind,
            expires_at=until,
        )
        self.imports.save(work, waits, events=[awaiting], done=True)

    def _rows(self, work: ImportWork) -> Rows:
        files = replace(self.files, is_converted=work.shown.is_converted)
        lines = Lines(files.fetch, work.offset, work.line)
        if work.shown.format == "jsonl":
            return JsonRows(lines)
        shown = work.shown
        encoding = "utf-8" if shown.is_converted else shown.encoding or "utf-8"
        return CsvRows(lines, shown.columns, shown.delimiter or ",", encoding)

    def _carry_out(self, work: ImportWork, read: _ReadChunk, tries: int) -> ImportWork:
        """Write the rows of a chunk and store their results. Return the work after it."""
        if not read.rows:
            return work
        planner = Planner(work.shown, work.shown.columns, self.target(work))
        end, settled = self._settle(work, read, planner)
        shown = work.shown
        counted = Counter(row.result for row in settled)
        counts: Counts = {result: counted[result] for result in NO_COUNTS}
        name = f"rows-{work.chunk:06}"
        self.files.put_rows(name, settled)
        moved: dict[str, Any] = {
            "offset": end.offset,
            "line": end.line,
            "row": end.row,
            "chunk": work.chunk + 1,
            "tries": tries,
            "counts": {result: shown.counts[result] + counts[result] for result in NO_COUNTS},
            "progress": {
                **shown.progress.model_dump(exclude_none=True),
                "bytes_done": end.offset,
                "rows_done": end.row,
            },
        }
        if not shown.columns:
            moved["columns"] = [column.model_dump() for column in planner.describe(read.rows)]
        chunk = Chunk(number=work.chunk, first_row=work.row + 1, counts=counts, rows=name)
        self.imports.save(work, moved, chunk=chunk)
        return work.after(moved)

    def _settle(
        self, work: ImportWork, read: _ReadChunk, planner: Planner
    ) -> tuple[ChunkEnd, list[SettledRow]]:
        """Write the rows and return their results, in order. Rows whose item changed after it was
        read are planned and written again."""
        plan = self.files.plan(work.chunk, 0, ChunkPlan(planner.plan(read.rows), read.end))
        end, settled = plan.end, dict[int, SettledRow]()
        for round_ in range(_ROUNDS):
            marks = {row.row: f"{work.shown.id}#{row.row}#{round_}" for row in plan.rows}
            writing = [row for row in plan.rows if row.writes]
            lost = planner.target.apply(writing, marks) if writing else set()
            settled |= {row.row: row.settled() for row in plan.rows if row.row not in lost}
            again = [row for row in read.rows if row.number in lost]
            if not again:
                break
            settled |= {row.row: row.failed(_CONTENDED) for row in plan.rows if row.row in lost}
            if round_ + 1 < _ROUNDS:
                plan = self.files.plan(
                    work.chunk, round_ + 1, ChunkPlan(planner.plan(again), plan.end)
                )
        return end, [settled[row] for row in sorted(settled)]

    def _end(self, work: ImportWork, status: Status, **changes: Any) -> None:
        shown = work.shown
        completed = self.caller(work).event(
            "import.completed",
            identity=shown.id,
            import_id=shown.id,
            kind=shown.kind,
            status=status,
            counts=shown.counts,
        )
        ended = {"status": status, "finished_at": clock.timestamp(), **changes}
        self.imports.save(work, ended, events=[completed], done=True)


def _poison_row(work: ImportWork) -> BrokenFile:
    return BrokenFile(
        work.line + 1,
        f"Work on the file broke off {MOST_TRIES} times at row {work.row + 1}. The rows before it "
        "are imported: look at this one, and import the rest again",
    )


def _read(work: ImportWork, rows: Rows, most: int) -> _ReadChunk:
    """Return the next chunk: at most `most` rows, or as many bytes as fit into a chunk, or the rows
    before the file breaks off."""
    read: list[NumberedRow] = []
    lines, start = rows.lines, rows.lines.offset
    end = ChunkEnd(offset=start, line=lines.line, row=work.row)
    at_end, broken = False, None
    while len(read) < most and lines.offset - start < CHUNK_BYTES:
        try:
            source = rows.next()
        except BrokenFile as failure:
            broken = failure
            break
        if source is None:
            at_end = True
            break
        read.append(NumberedRow(work.row + len(read) + 1, source))
        end = ChunkEnd(offset=lines.offset, line=lines.line, row=work.row + len(read))
    return _ReadChunk(read, end, at_end, broken)


def _written(work: ImportWork) -> int:
    return work.shown.counts["created"] + work.shown.counts["updated"]
