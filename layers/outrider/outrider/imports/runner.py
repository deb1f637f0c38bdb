"""Carries an import out, chunk by chunk, in as many calls as it takes.

A chunk's plan is written down before anything is done, then done, then its rows are told and the
import moves on to the next. Whoever dies anywhere leaves a plan that the next one carries on with:
what was written bears the row's mark. A chunk over which workers die is read again row by row, so
that the row which kills them is known, and the import ends there.
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
"""How long an import waits to be confirmed."""
CHUNK_ROWS = 500
CHUNK_BYTES = 4 * 1024 * 1024
MOST_TRIES = 3
"""How often work is begun without a chunk being entered; the queue gives a message five times."""
_CAREFUL_AFTER = 2
"""Tries, of which the last ones take a row for a chunk."""
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
    """`target` builds what rows of a kind become, `go_on` asks for another call, `pace` holds the
    next chunk until the events of what a kind's rows became are recorded."""

    caller: Callable[[ImportWork], Caller]
    imports: ImportRepository
    files: ImportFiles
    target: Callable[[ImportWork], ImportTarget]
    go_on: Callable[[], None]
    pace: Callable[[ImportWork], Backpressure]

    def run(self, enough_time: Callable[[], bool]) -> str:
        """Begin or go on. Gives what came of it, for the log."""
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
        except ServiceUnavailable:  # not the fault of the file
            with suppress(ServiceUnavailable):
                self.imports.forgive(work)
            raise

    def _run(self, work: ImportWork, enough_time: Callable[[], bool]) -> str:
        is_careful = work.tries >= _CAREFUL_AFTER and not self.files.has_plan(work.chunk)
        careful_until = work.row + CHUNK_ROWS if is_careful else 0
        try:
            if work.tries > MOST_TRIES:
                raise _deadly(work)
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
        """Look at the beginning of the file; None when the import waits to be confirmed then.

        Raises BrokenFile.
        """
        size = self.files.fetch(0, 1).size
        if size > MAX_BYTES:
            raise BrokenFile(1, f"The file has {size:,} bytes and may have at most {MAX_BYTES:,}")
        if size == 0:
            raise BrokenFile(1, "The file is empty")
        looked = self._look(work.shown, size)
        if work.shown.confirm and work.shown.status == "awaiting_upload":
            self._wait(work, looked)
            return None
        started = {"status": "running", "started_at": clock.timestamp(), **looked}
        self.imports.save(work, started)
        return work.after(started)

    def _look(self, shown: Import, size: int) -> dict[str, Any]:
        """What the file is. Raises BrokenFile."""
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

    def _wait(self, work: ImportWork, looked: Mapping[str, Any]) -> None:
        """For somebody to confirm the import. This was no try of its rows."""
        until = clock.to_text(clock.now() + CONFIRMATION)
        waits = {"status": "awaiting_confirmation", "expires_at": until, "tries": 0, **looked}
        told = self.caller(work).event(
            "import.awaiting_confirmation",
            identity=work.shown.id,
            import_id=work.shown.id,
            kind=work.shown.kind,
            expires_at=until,
        )
        self.imports.save(work, waits, events=[told], done=True)

    def _rows(self, work: ImportWork) -> Rows:
        files = replace(self.files, is_converted=work.shown.is_converted)
        lines = Lines(files.fetch, work.offset, work.line)
        if work.shown.format == "jsonl":
            return JsonRows(lines)
        shown = work.shown
        encoding = "utf-8" if shown.is_converted else shown.encoding or "utf-8"
        return CsvRows(lines, shown.columns, shown.delimiter or ",", encoding)

    def _carry_out(self, work: ImportWork, read: _ReadChunk, tries: int) -> ImportWork:
        """Do what the rows say and tell what became of them; the work behind them."""
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
        """What became of the rows, in their order. Rows that found something else than they were
        planned for are planned again."""
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


def _deadly(work: ImportWork) -> BrokenFile:
    return BrokenFile(
        work.line + 1,
        f"Work on the file broke off {MOST_TRIES} times at row {work.row + 1}. The rows before it "
        "are imported: look at this one, and import the rest again",
    )


def _read(work: ImportWork, rows: Rows, most: int) -> _ReadChunk:
    """The next rows, at `most`, or as many as make a chunk, or as there are before the file breaks
    off."""
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
