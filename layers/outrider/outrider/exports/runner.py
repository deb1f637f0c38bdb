"""Worker of exports: writes the file page by page, over as many invocations as it takes.

The file is an S3 multipart upload. After each part the cursor is saved, and when time runs out the
incomplete part is saved as an object of its own, so a retry rewrites one part at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from outrider.access.models import Caller
from outrider.exports.files import aside_key, key_of
from outrider.exports.formats import OPEN_FIELD, as_csv, as_json_lines, header
from outrider.exports.models import ExportWork
from outrider.exports.repository import ExportLeaseLost, ExportRepository
from outrider.exports.schemas import QUERIES
from outrider.kit import clock
from outrider.kit.aws.s3 import MIN_PART, Objects
from outrider.kit.http.pagination import Page, PageQuery
from outrider.kit.models import Model

PAGE = 200
MAX_NAMES = 1_000
"""Limit of custom fields that become CSV columns; JSON Lines have all of them."""

Lister = Callable[[Any], Page[Any]]


@dataclass(frozen=True, slots=True)
class ExportRunner:
    """Worker of the exports of one workspace. `lists` returns the list function of an export's kind
    and the model of its rows; `go_on` queues another invocation."""

    caller: Callable[[ExportWork], Caller]
    exports: ExportRepository
    objects: Objects
    lists: Callable[[ExportWork], tuple[Lister, type[Model]]]
    go_on: Callable[[], None]

    def run(self, export_id: str, enough_time: Callable[[], bool]) -> str:
        """Start or continue an export, and return the outcome for the log."""
        try:
            return self._run(self.exports.take(export_id, str(uuid4())), enough_time)
        except ExportLeaseLost:
            return "nothing to do"

    def _run(self, work: ExportWork, enough_time: Callable[[], bool]) -> str:
        pages, model = self.lists(work)
        if work.upload_id is None:
            work = self._begin_upload(work)
        if work.shown.format == "csv" and OPEN_FIELD[work.shown.kind] and not _has_all_names(work):
            work = self._collect_names(work, pages, enough_time)
            if not _has_all_names(work):
                return self._continue_later(work, {})
        key = key_of(self.exports.workspace, work.shown)
        if work.written:
            return self._complete(work, key)
        fields = _fields(work, model)
        part = self._part_beginning(work, fields)
        rows, cursor = work.shown.rows, work.cursor
        while True:
            page = pages(self._query(work, cursor))
            part += self._encoded(work, fields, page)
            rows, cursor = rows + len(page.data), page.next_cursor
            if cursor and len(part) < MIN_PART and enough_time():
                continue
            if cursor and len(part) < MIN_PART:
                return self._save_part_beginning(work, part, rows, cursor)
            work = self._upload_part(work, key, part, rows, cursor)
            part = b""
            if cursor is None:
                return self._complete(work, key)

    def _begin_upload(self, work: ExportWork) -> ExportWork:
        begun = {"upload_id": self.objects.begin(key_of(self.exports.workspace, work.shown))}
        self.exports.save(work, begun)
        return work.model_copy(update=begun)

    def _collect_names(
        self, work: ExportWork, pages: Lister, enough_time: Callable[[], bool]
    ) -> ExportWork:
        """Collect the names of custom fields in a first pass over the list, as far as time allows,
        and return the export with them."""
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

    def _part_beginning(self, work: ExportWork, fields: list[str]) -> bytes:
        """Return the saved beginning of the next part, or the CSV header of the first."""
        if work.aside:
            return self.objects.get(aside_key(self.exports.workspace, work.shown, work.aside))
        return header(work.shown.kind, fields, work.names or []) if _starts_csv(work) else b""

    def _save_part_beginning(self, work: ExportWork, part: bytes, rows: int, cursor: str) -> str:
        """Save the beginning of a part under a new number, so the item always points to an object
        that matches its cursor."""
        number = work.aside + 1
        self.objects.put(aside_key(self.exports.workspace, work.shown, number), part)
        return self._continue_later(work, {"aside": number, "rows": rows, "cursor": cursor})

    def _continue_later(self, work: ExportWork, reached: dict[str, Any]) -> str:
        self.exports.save(work, {"status": "running", **reached}, done=True)
        self.go_on()
        return "to be continued"

    def _query(self, work: ExportWork, cursor: str | None) -> PageQuery:
        asked = {**work.shown.filters, "limit": PAGE, "cursor": cursor}
        return QUERIES[work.shown.kind].model_validate(asked)

    def _encoded(self, work: ExportWork, fields: list[str], page: Page[Any]) -> bytes:
        if work.shown.format == "jsonl":
            return as_json_lines(page.data)
        return as_csv(work.shown.kind, fields, work.names or [], page.data)

    def _upload_part(
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

    def _complete(self, work: ExportWork, key: str) -> str:
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


def _has_all_names(work: ExportWork) -> bool:
    return work.names is not None and work.names_cursor is None


def _starts_csv(work: ExportWork) -> bool:
    return work.shown.format == "csv" and not work.tags


def _fields(work: ExportWork, model: type[Model]) -> list[str]:
    """Return the columns of the file. `object` is left out, because it is the same in all rows, and
    so is the open field (`custom`, `context`), whose names become columns of their own."""
    own = [name for name, field in model.model_fields.items() if not field.exclude]
    names = [*own, *model.model_computed_fields]
    return [name for name in names if name not in ("object", OPEN_FIELD[work.shown.kind])]
