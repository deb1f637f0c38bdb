"""Writes the file of an export, a page of its list after the other, in as many calls as it takes.

It is put together of parts; after each the place in the list behind it is saved, so whoever goes on
writes the next part once more at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from outrider.access.models import Caller
from outrider.exports.files import key_of
from outrider.exports.formats import OPEN_FIELD, as_csv, as_json_lines, header
from outrider.exports.models import Work
from outrider.exports.repository import ExportRepository, LeaseLost
from outrider.exports.schemas import QUERIES
from outrider.kit import clock
from outrider.kit.objects import MIN_PART, Objects
from outrider.kit.pagination import Page, PageQuery

PAGE = 200
MAX_NAMES = 1_000
"""Columns that fields of the callers' own get; further names are left to JSON Lines."""

Lister = Callable[[Any], Page[Any]]


@dataclass(frozen=True, slots=True)
class Runner:
    """`lists` gives the list of a kind and the model of its rows, `go_on` asks for another call."""

    caller: Callable[[Work], Caller]
    exports: ExportRepository
    objects: Objects
    lists: Callable[[Work], tuple[Lister, type[BaseModel]]]
    go_on: Callable[[], None]

    def run(self, export_id: str, enough_time: Callable[[], bool]) -> str:
        """Begin or go on. Gives what came of it, for the log."""
        try:
            return self._run(self.exports.take(export_id, str(uuid4())), enough_time)
        except LeaseLost:
            return "nothing to do"

    def _run(self, work: Work, enough_time: Callable[[], bool]) -> str:
        pages, model = self.lists(work)
        if work.upload_id is None:
            work = self._begin(work, pages)
        key = key_of(self.exports.workspace, work.shown)
        if work.written:
            return self._end(work, key)
        fields = _fields(work, model)
        part = header(work.shown.kind, fields, work.names or []) if _starts_csv(work) else b""
        rows, cursor = work.shown.rows, work.cursor
        while True:
            page = pages(self._query(work, cursor))
            part += self._written(work, fields, page)
            rows, cursor = rows + len(page.data), page.next_cursor
            if cursor and len(part) < MIN_PART and enough_time():
                continue
            if cursor and len(part) < MIN_PART:
                # Too little for a part: the next call reads these pages again.
                self.exports.save(work, {"status": "running"}, done=True)
                self.go_on()
                return "to be continued"
            work = self._put(work, key, part, rows, cursor)
            part = b""
            if cursor is None:
                return self._end(work, key)

    def _begin(self, work: Work, pages: Lister) -> Work:
        names = self._names(work, pages) if work.shown.format == "csv" else []
        upload_id = self.objects.begin(key_of(self.exports.workspace, work.shown))
        begun = {"upload_id": upload_id, "names": names}
        self.exports.save(work, begun)
        return work.model_copy(update=begun)

    def _names(self, work: Work, pages: Lister) -> list[str]:
        """The names of the callers' own fields, from a first reading of the list."""
        open_field = OPEN_FIELD[work.shown.kind]
        if open_field is None:
            return []
        names: set[str] = set()
        cursor: str | None = None
        while True:
            page = pages(self._query(work, cursor))
            names.update(name for row in page.data for name in getattr(row, open_field))
            cursor = page.next_cursor
            if cursor is None or len(names) > MAX_NAMES:
                return sorted(names)[:MAX_NAMES]

    def _query(self, work: Work, cursor: str | None) -> PageQuery:
        asked = {**work.shown.filters, "limit": PAGE, "cursor": cursor}
        return QUERIES[work.shown.kind].model_validate(asked)

    def _written(self, work: Work, fields: list[str], page: Page[Any]) -> bytes:
        if work.shown.format == "jsonl":
            return as_json_lines(page.data)
        return as_csv(work.shown.kind, fields, work.names or [], page.data)

    def _put(self, work: Work, key: str, part: bytes, rows: int, cursor: str | None) -> Work:
        tag = self.objects.put_part(key, work.upload_id or "", len(work.tags) + 1, part)
        size = work.shown.bytes + len(part)
        moved = {"tags": [*work.tags, tag], "cursor": cursor, "written": cursor is None}
        counted = {"rows": rows, "bytes": size}
        self.exports.save(work, {**moved, **counted})
        return work.model_copy(update={**moved, "shown": work.shown.model_copy(update=counted)})

    def _end(self, work: Work, key: str) -> str:
        self.objects.complete(key, work.upload_id or "", work.tags)
        completed = self.caller(work).event(
            "export.completed",
            identity=work.shown.id,
            export_id=work.shown.id,
            kind=work.shown.kind,
            rows=work.shown.rows,
        )
        ended = {"status": "completed", "finished_at": clock.timestamp()}
        self.exports.save(work, ended, events=[completed], done=True)
        return "completed"


def _starts_csv(work: Work) -> bool:
    return work.shown.format == "csv" and not work.tags


def _fields(work: Work, model: type[BaseModel]) -> list[str]:
    names = [*model.model_fields, *model.model_computed_fields]
    return [name for name in names if name != OPEN_FIELD[work.shown.kind]]
