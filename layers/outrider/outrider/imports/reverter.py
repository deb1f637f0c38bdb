"""Reverter of imports, chunk by chunk from the end.

Items that a row created are deleted, and items that it changed get their previous values; both on
the condition that the item is at the version which the row left. Items changed since then stay as
they are, and their rows get the corresponding result.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from outrider.access.models import Caller
from outrider.imports.models import NO_COUNTS, SettledRow
from outrider.imports.pace import Backpressure
from outrider.imports.repository import ImportLeaseLost, ImportRepository, ImportWork
from outrider.imports.storage import ImportFiles
from outrider.imports.targets import ImportTarget
from outrider.kit import clock

_AT_ONCE = 8
_CHANGED_SINCE = "It was changed since the import and stays as it is"


@dataclass(frozen=True, slots=True)
class Reverter:
    """Worker that reverts imports. `target` returns the target of a kind, `go_on` queues another
    invocation, and `pace` delays the next chunk until the events of the previous one are
    recorded."""

    caller: Callable[[ImportWork], Caller]
    imports: ImportRepository
    files: ImportFiles
    target: Callable[[ImportWork], ImportTarget]
    go_on: Callable[[], None]
    pace: Callable[[ImportWork], Backpressure]

    def run(self, enough_time: Callable[[], bool]) -> str:
        """Start or continue the revert, and return the outcome for the log."""
        try:
            work = self.imports.take(self.files.import_id, str(uuid4()), ["reverting"])
            return self._run(work, enough_time)
        except ImportLeaseLost:
            return "nothing to do"

    def _run(self, work: ImportWork, enough_time: Callable[[], bool]) -> str:
        target = self.target(work)
        while work.chunk > 0:
            before, work = work, self._revert_chunk(work, target)
            if work.chunk > 0 and not enough_time():
                self.imports.save(work, {"status": "reverting"}, done=True)
                self.go_on()
                return "to be continued"
            if work.chunk > 0 and _caused_events(before, work):
                self.pace(work).follow()
        reverted = self.caller(work).event(
            "import.reverted",
            identity=work.shown.id,
            import_id=work.shown.id,
            kind=work.shown.kind,
            counts=work.shown.counts,
        )
        ended = {"status": "reverted", "finished_at": clock.timestamp()}
        self.imports.save(work, ended, events=[reverted], done=True)
        return "reverted"

    def _revert_chunk(self, work: ImportWork, target: ImportTarget) -> ImportWork:
        chunk = self.imports.chunk(work.shown.id, work.chunk - 1)
        rows = self.files.get_rows(chunk.rows)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            settled = list(pool.map(lambda row: self._reverted(row, target), rows))
        name = f"reverted-{chunk.number:06}"
        self.files.put_rows(name, settled)
        counted = Counter(row.result for row in settled)
        counts = {result: counted[result] for result in NO_COUNTS}
        before = work.shown.counts
        moved = {
            "chunk": chunk.number,
            "counts": {
                result: before[result] - chunk.counts[result] + counts[result]
                for result in NO_COUNTS
            },
        }
        now = chunk.model_copy(update={"counts": counts, "rows": name})
        self.imports.save(work, moved, chunk=now)
        return work.after(moved)

    def _reverted(self, row: SettledRow, target: ImportTarget) -> SettledRow:
        if row.undo is None or row.id is None:
            return row
        mark = f"{self.files.import_id}#{row.row}#reverted"
        changed: dict[str, Any] = {"result": "reverted", "undo": None}
        if not target.undo(row.id, row.undo, mark):
            changed = {"result": "skipped", "undo": None, "reason": _CHANGED_SINCE}
        return row.model_copy(update=changed)


def _caused_events(before: ImportWork, after: ImportWork) -> bool:
    """Return whether the last chunk has caused events: reverted suppressions cause none."""
    reverted = after.shown.counts["reverted"] > before.shown.counts["reverted"]
    return reverted and after.shown.kind != "suppressions"
