"""Operations of the API on imports."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from outrider.access import scopes
from outrider.access.errors import ScopeDenied
from outrider.access.models import Caller
from outrider.imports.columns.headers import check_mapping
from outrider.imports.errors import (
    BrokenFile,
    CannotConfirm,
    CannotPreview,
    CannotRevert,
    ImportNotFound,
)
from outrider.imports.models import (
    Defaults,
    Import,
    ImportPreview,
    ImportRow,
    Kind,
    Result,
    SettledRow,
)
from outrider.imports.preview import preview
from outrider.imports.repository import Chunk, ImportRepository
from outrider.imports.runner import MAX_BYTES
from outrider.imports.schemas import ImportCreate, ImportCreated, MappingGiven, RowsQuery, Upload
from outrider.imports.storage import LINK_SECONDS, ImportFiles
from outrider.imports.targets import ImportTarget
from outrider.kit import clock, ids
from outrider.kit.aws.s3 import ObjectMissing
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.pagination import Page, PageQuery, Sealer

_CHUNKS_AT_ONCE = 10
"""S3 objects read for one page of rows; a page may be short if few rows match."""
_PAGE_BYTES = 2 * 1024 * 1024
"""Bytes of rows per page; a Lambda response may have 6 MB, in which quotes are escaped."""


@dataclass(frozen=True, slots=True)
class ImportService:
    caller: Caller
    imports: ImportRepository
    files: Callable[[str], ImportFiles]
    target: Callable[[Import], ImportTarget]

    def create(self, new: ImportCreate) -> ImportCreated:
        """Create an import, and return the link to which its file is uploaded. Raises ScopeDenied
        if the key may not write the imported resource."""
        self._may_write(new.kind)
        now = clock.now()
        created = Import(
            id=ids.new("imp"),
            **new.model_dump(exclude={"defaults"}),
            defaults=Defaults(**new.defaults.model_dump()),
            created_by=self.caller.actor,
            created_at=clock.to_text(now),
        )
        upload = Upload(
            url=self.files(created.id).link(),
            expires_at=clock.to_text(now + timedelta(seconds=LINK_SECONDS)),
            max_bytes=MAX_BYTES,
        )
        answer = ImportCreated(**created.model_dump(), upload=upload)
        self.imports.add(created, self.caller.request_id, self.caller.keep_actions(answer))
        return answer

    def get(self, import_id: str) -> Import:
        """Return an import. Raises ImportNotFound."""
        found = self.imports.get(import_id) if ids.is_id("imp", import_id) else None
        if found is None:
            raise ImportNotFound
        return found

    def list(self, query: PageQuery) -> Page[Import]:
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/imports")
        imports, place = self.imports.list(query.limit, sealer.after(query))
        return sealer.page(query, imports, place)

    def rows(self, import_id: str, query: RowsQuery) -> Page[ImportRow]:
        """Return a page of row results, in the order of the file. Raises ImportNotFound and
        ScopeDenied."""
        sealer = Sealer(self.caller.seal, f"{self.caller.workspace}/imports/{import_id}/rows")
        after = sealer.after(query) or {"chunk": 0, "row": 0}
        self._may_see(self.get(import_id).kind)
        found: list[SettledRow] = []
        chunk, row, size = int(after["chunk"]), int(after["row"]), 0
        chunks, rest = self._chunks(import_id, chunk, query.status)
        files = self.files(import_id)
        with ThreadPoolExecutor(_CHUNKS_AT_ONCE) as pool:
            for number, rows in pool.map(
                lambda each: (each.number, files.get_rows(each.rows)), chunks
            ):
                for each in rows:
                    if each.row > row and query.status in (None, each.result):
                        if len(found) == query.limit or size > _PAGE_BYTES:
                            place = {"chunk": number, "row": found[-1].row}
                            return sealer.page(query, _shown(found), place)
                        found.append(each)
                        size += len(each.model_dump_json())
        place_after = {"chunk": rest, "row": row} if rest is not None else None
        return sealer.page(query, _shown(found), place_after)

    def revert(self, import_id: str) -> Import:
        """Revert an import; one that has not started ends without writing. Idempotent.

        Raises ImportNotFound, ScopeDenied, and CannotRevert while the import is running.
        """
        found = self.get(import_id)
        self._may_write(found.kind)
        if found.status in ("reverting", "reverted"):
            return found
        reverting = self.caller.event("import.reverting", import_id=import_id)
        answer = found.model_copy(update={"status": "reverting"})
        if not self.imports.revert(import_id, [reverting], self.caller.keep_actions(answer)):
            raise CannotRevert("The import is running: it can be reverted when it has ended")
        return answer

    def preview(self, import_id: str, asked: MappingGiven) -> ImportPreview:
        """Return what the import would do with its file, optionally with another mapping. It writes
        nothing.

        Raises ImportNotFound, ScopeDenied, ValidationFailed for an invalid mapping, and
        CannotPreview if there is no file yet, it cannot be read, or the import has started.
        """
        self.caller.begin()
        found = self.get(import_id)
        self._may_write(found.kind)
        if found.status not in ("awaiting_upload", "awaiting_confirmation"):
            raise CannotPreview(f"The import is {found.status}: a preview is for what is to come")
        importing = self._with_mapping(found, asked)
        try:
            return preview(importing, self.files(import_id), self.target(importing))
        except ObjectMissing as missing:
            raise CannotPreview(
                "The file was not uploaded yet: PUT it to upload.url first"
            ) from missing
        except BrokenFile as broken:
            raise CannotPreview(f"The file cannot be imported: {broken}") from broken

    def confirm(self, import_id: str, asked: MappingGiven) -> Import:
        """Confirm an import that awaits it, optionally with another mapping. Idempotent.

        Raises ImportNotFound, ScopeDenied, ValidationFailed for an invalid mapping, and
        CannotConfirm if the import does not wait for confirmation.
        """
        found = self.get(import_id)
        self._may_write(found.kind)
        if found.confirm and found.status in ("running", "completed", "failed"):
            return found
        confirmed = self.caller.event("import.confirmed", import_id=import_id)
        going_on = self._with_mapping(found, asked).model_copy(update={"status": "running"})
        kept = self.caller.keep_actions(going_on)
        if not self.imports.confirm(import_id, going_on.mapping, [confirmed], kept):
            raise CannotConfirm(f"The import is {found.status}: it does not wait to be confirmed")
        return going_on

    def _with_mapping(self, found: Import, asked: MappingGiven) -> Import:
        if asked.mapping is None:
            return found
        try:
            check_mapping(found.kind, asked.mapping)
        except ValueError as error:
            raise ValidationFailed.at("/mapping", str(error)) from error
        return found.model_copy(update={"mapping": asked.mapping})

    def _chunks(
        self, import_id: str, first: int, status: Result | None
    ) -> tuple[Sequence[Chunk], int | None]:
        """Return the chunks from `first` on with rows of this result, and the number to continue
        from, or None."""
        page = self.imports.chunks(import_id, first, _CHUNKS_AT_ONCE if status is None else 1_000)
        chunks = [Chunk.model_validate(item) for item in page.items]
        having = [chunk for chunk in chunks if chunk.has(status)]
        if len(having) > _CHUNKS_AT_ONCE:
            return having[:_CHUNKS_AT_ONCE], having[_CHUNKS_AT_ONCE].number
        return having, chunks[-1].number + 1 if page.last_key else None

    def _may_write(self, kind: Kind) -> None:
        scope = f"{kind}:write"
        if not scopes.covers(self.caller.scopes, scope):
            raise ScopeDenied(f"An import of {kind} needs the scope {scope}")

    def _may_see(self, kind: Kind) -> None:
        """Raise ScopeDenied unless the key may read or write the imported resource."""
        either = (f"{kind}:read", f"{kind}:write")
        if not any(scopes.covers(self.caller.scopes, scope) for scope in either):
            raise ScopeDenied(f"The rows of an import of {kind} need the scope {either[0]}")


def _shown(rows: Sequence[SettledRow]) -> list[ImportRow]:
    return [ImportRow.model_validate(row.model_dump(exclude={"undo"})) for row in rows]
