"""Writes the file of an export, a page of its list after the other, in as many calls as it takes.

It is put together of parts; after each the place in the list behind it is saved, and what there is
of a part is put aside when the time is up. So whoever goes on writes one part again at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from outrider.access.models import Caller
from outrider.exports.files import aside_key, key_of
from outrider.exports.formats import OPEN_FIELD, as_csv, as_json_lines, header
from outrider.exports.models import ExportWork
from outrider.exports.repository import ExportLeaseLost, ExportRepository
from outrider.exports.schemas import QUERIES
from outrider.kit import clock
from outrider.kit.aws.s3 import MIN_PART, Objects
from outrider.kit.http.pagination import Page, PageQuery

PAGE = 200
MAX_NAMES = 1_000
"""Columns that fields of the callers' own get; further names are left to JSON Lines."""

Lister = Callable[[Any], Page[Any]]


@dataclass(frozen=True, slots=True)
class ExportRunner:
    """`lists` gives the list of a kind and the model of its rows, `go_on` asks for another call."""

    caller: Callable[[ExportWork], Caller]
    exports: ExportRepository
    objects: Objects
    lists: Callable[[ExportWork], tuple[Lister, type[BaseModel]]]
    go_on: Callable[[], None]

    def run(self, export_id: str, enough_time: Callable[[], bool]) -> str:
        """Begin or go on. Gives what came of it, for the log."""
        try:
            return self._run(self.exports.take(export_id, str(uuid4())), enough_time)
        except ExportLeaseLost:
            return "nothing to do"

    def _run(self, work: ExportWork, enough_time: Callable[[], bool]) -> str:
        pages, model = self.lists(work)
        if work.upload_id is None:
            work = self._begin(work)
        if work.shown.format == "csv" and OPEN_FIELD[work.shown.kind] and not _is_named(work):
            work = self._name(work, pages, enough_time)
            if not _is_named(work):
                return self._later(work, {})
        key = key_of(self.exports.workspace, work.shown)
        if work.written:
            return self._end(work, key)
        fields = _fields(work, model)
        part = self._begun(work, fields)
        rows, cursor = work.shown.rows, work.cursor
        while True:
            page = pages(self._query(work, cursor))
            part += self._written(work, fields, page)
            rows, cursor = rows + len(page.data), page.next_cursor
            if cursor and len(part) < MIN_PART and enough_time():
                continue
            if cursor and len(part) < MIN_PART:
                return self._put_aside(work, part, rows, cursor)
            work = self._put(work, key, part, rows, cursor)
            part = b""
            if cursor is None:
                return self._end(work, key)

    def _begin(self, work: ExportWork) -> ExportWork:
        begun = {"upload_id": self.objects.begin(key_of(self.exports.workspace, work.shown))}
        self.exports.save(work, begun)
        return work.model_copy(update=begun)

    def _name(self, work: ExportWork, pages: Lister, enough_time: Callable[[], bool]) -> ExportWork:
        """With the names of the callers' own fields, from a first reading of the list; or with
        those of as much of it as there was time for."""
        open_field = OPEN_FIELD[work.shown.kind] or ""
        names, cursor = set(work.names or []), work.names_cursor
        while True:
            page = pages(self._query(work, cursor))
            names.update(name for row in page.data for name in getattr(row, open_field))
            cursor = page.next_cursor if len(names) <= MAX_NAMES else None
            if cursor is None or not enough_time():
                named = {"names": sorted(names)[:MAX_NAMES], "names_cursor": cursor}
                self.exports.save(work, named)
                return work.model_copy(update=named)

    def _begun(self, work: ExportWork, fields: list[str]) -> bytes:
        """What there is of the next part."""
        if work.aside:
            return self.objects.get(aside_key(self.exports.workspace, work.shown, work.aside))
        return header(work.shown.kind, fields, work.names or []) if _starts_csv(work) else b""

    def _put_aside(self, work: ExportWork, part: bytes, rows: int, cursor: str) -> str:
        """Under a number of its own, so that what is saved always names what it was saved with."""
        number = work.aside + 1
        self.objects.put(aside_key(self.exports.workspace, work.shown, number), part)
        return self._later(work, {"aside": number, "rows": rows, "cursor": cursor})

    def _later(self, work: ExportWork, reached: dict[str, Any]) -> str:
        self.exports.save(work, {"status": "running", **reached}, done=True)
        self.go_on()
        return "to be continued"

    def _query(self, work: ExportWork, cursor: str | None) -> PageQuery:
        asked = {**work.shown.filters, "limit": PAGE, "cursor": cursor}
        return QUERIES[work.shown.kind].model_validate(asked)

    def _written(self, work: ExportWork, fields: list[str], page: Page[Any]) -> bytes:
        if work.shown.format == "jsonl":
            return as_json_lines(page.data)
        return as_csv(work.shown.kind, fields, work.names or [], page.data)

    def _put(
        self, work: ExportWork, key: str, part: bytes, rows: int, cursor: str | None
    ) -> ExportWork:
        tag = self.objects.put_part(key, work.upload_id or "", len(work.tags) + 1, part)
        size = work.shown.bytes + len(part)
        moved = {
            "tags": [*work.tags, tag],
            "cursor": cursor,
            "written": cursor is None,
            "aside": 0,
        }
        counted = {"rows": rows, "bytes": size}
        self.exports.save(work, {**moved, **counted})
        return work.model_copy(update={**moved, "shown": work.shown.model_copy(update=counted)})

    def _end(self, work: ExportWork, key: str) -> str:
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


def _is_named(work: ExportWork) -> bool:
    return work.names is not None and work.names_cursor is None


def _starts_csv(work: ExportWork) -> bool:
    return work.shown.format == "csv" and not work.tags


def _fields(work: ExportWork, model: type[BaseModel]) -> list[str]:
    """Return the columns, without `object`, which all rows of a file share."""
    own = [name for name, field in model.model_fields.items() if not field.exclude]
    names = [*own, *model.model_computed_fields]
    return [name for name in names if name not in ("object", OPEN_FIELD[work.shown.kind])]
