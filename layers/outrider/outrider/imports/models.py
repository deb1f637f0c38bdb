"""Imports: what was asked, how far it is, and what became of each row."""

from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict

from outrider.contacts.suppressions.models import GivenReason
from outrider.imports.files.encodings import Encoding
from outrider.kit import clock

Kind = Literal["contacts", "companies", "suppressions"]
Format = Literal["csv", "jsonl", "vcard", "xlsx"]
Delimiter = Literal[",", ";", "\t", "|"]
DELIMITERS: tuple[Delimiter, ...] = get_args(Delimiter)
MAX_COLUMNS = 200
Duplicates = Literal["skip", "update", "fill_blanks"]
Blanks = Literal["keep", "clear"]
Status = Literal[
    "awaiting_upload",
    "awaiting_confirmation",
    "expired",
    "running",
    "completed",
    "failed",
    "reverting",
    "reverted",
]
Result = Literal["created", "updated", "unchanged", "skipped", "failed", "reverted"]
Counts = dict[Result, int]

NO_COUNTS: Counts = {
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "skipped": 0,
    "failed": 0,
    "reverted": 0,
}


class Defaults(BaseModel):
    """What a row gets where it has no value of its own. Tags are added to those of the row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tags: list[str] | None = None
    folder_id: str | None = None
    source: str | None = None
    reason: GivenReason | None = None
    evidence: str | None = None


class Column(BaseModel):
    """How a column is understood. `field` is `email`, `custom.Stage`, …, or null: it is ignored.

    `given`: the mapping says so; `guessed`: by its name; `content`: by what stands in it; `kept`:
    unknown, so kept under its name; `ignored`: of an export of ours, and not for a file to set.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    field: str | None
    how: Literal["given", "guessed", "content", "kept", "ignored"]
    stands_in: str | None = None
    """The field that it gives a row in which no other column does."""


class Progress(BaseModel):
    model_config = ConfigDict(frozen=True)

    bytes_done: int = 0
    bytes_total: int | None = None
    rows_done: int = 0


class FileError(BaseModel):
    """Why the file could not be read any further; rows before `line` stay imported."""

    model_config = ConfigDict(frozen=True)

    line: int
    detail: str


class Import(BaseModel):
    """One file on its way in. `counts` are of rows, by what became of them."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["import"] = "import"
    kind: Kind
    format: Format
    status: Status = "awaiting_upload"
    """`awaiting_upload` of the file, `awaiting_confirmation` if it has `confirm`, `expired` without
    one, `running`, `completed`, `failed` if the file cannot be read, `reverting` or `reverted`."""
    duplicates: Duplicates
    blanks: Blanks = "keep"
    mapping: dict[str, str | None] = {}
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None
    sheet: str | None = None
    """The sheet of a workbook; without one the first that has rows."""
    defaults: Defaults = Defaults()
    confirm: bool = False
    """Whether nothing is written before somebody has confirmed it."""
    expires_at: str | None = None
    """Until when it can be confirmed."""
    columns: list[Column] = []
    warnings: list[str] = []
    """What somebody should look at before the rows are written, or after."""
    progress: Progress = Progress()
    counts: Counts = NO_COUNTS
    error: FileError | None = None
    created_by: str
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None

    @property
    def is_converted(self) -> bool:
        """Whether what is read of its file was made of it."""
        return self.format in ("vcard", "xlsx") or self.encoding in ("utf-16-le", "utf-16-be")

    def seen(self) -> Self:
        """The import as it is now: one that nobody confirmed in time has expired."""
        if self.status != "awaiting_confirmation" or clock.timestamp() < (self.expires_at or ""):
            return self
        return self.model_copy(update={"status": "expired"})


class ImportRow(BaseModel):
    """What became of one row. `line` is where it begins in the file, `row` counts rows from 1.

    `reason` is given for `skipped` and `failed`, `values` (as they stood in the file) for `failed`.
    """

    row: int
    line: int
    result: Result
    id: str | None = None
    key: str | None = None
    """The address or domain the row is about."""
    reason: str | None = None
    note: str | None = None
    """What of the row was put aside: optional cells that make no sense are kept in `custom`."""
    values: dict[str, Any] | None = None


class PreviewRow(ImportRow):
    """What would become of one row, and the `fields` that it would write."""

    fields: dict[str, Any] | None = None


class RowProblem(BaseModel):
    """What is wrong with `count` rows. `kind` is the field it is about, or `unreadable`,
    `put_aside`, `duplicate`; `line` and `detail` are those of the first."""

    model_config = ConfigDict(frozen=True)

    kind: str
    count: int
    line: int
    detail: str


class ImportPreview(BaseModel):
    """What an import would do. `rows` are the first ones, as they would be written now; `problems`
    and `stops` (who must not be written to) are of the first `rows_checked`, which are all rows
    where `complete` says so."""

    model_config = ConfigDict(frozen=True)

    import_id: str
    object: Literal["import_preview"] = "import_preview"
    format: Format
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None
    columns: list[Column]
    warnings: list[str] = []
    rows: list[PreviewRow]
    rows_checked: int
    complete: bool
    problems: list[RowProblem]
    stops: dict[Literal["unsubscribed", "bounced"], int]


class Undo(BaseModel):
    """How to take a row back: what the changed fields were (None: not there), and what the row left
    behind: a version, and a digest of what callers can set. Without `before` the row created what
    it names."""

    before: dict[str, Any] | None = None
    version: int
    digest: str = ""


class SettledRow(ImportRow):
    """A row as it is kept."""

    undo: Undo | None = None


class PlannedRow(ImportRow):
    """What is to become of a row. It is written down before it is done, so that whoever repeats it
    does the same and nothing overwrites what was there before.

    `result` is what the row gets when it succeeds. `fields` are those of what is created, or the
    changes (None clears) of what is at `version`.
    """

    fields: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    version: int = 0
    digest: str = ""
    """Of what is there afterwards, see `Undo`."""
    former_owner: str | None = None
    """What is gone, but still holds the key."""

    @property
    def writes(self) -> bool:
        return self.result in ("created", "updated")

    def settled(self) -> SettledRow:
        undo = self._undo() if self.writes else None
        return SettledRow(**self.model_dump(include=set(ImportRow.model_fields)), undo=undo)

    def _undo(self) -> Undo:
        return Undo(before=self.before, version=self.version + 1, digest=self.digest)

    def failed(self, reason: str) -> SettledRow:
        shown = self.model_dump(include={"row", "line", "key", "values"})
        return SettledRow(**shown, result="failed", reason=reason)
