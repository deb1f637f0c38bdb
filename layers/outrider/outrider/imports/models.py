"""Models of imports: settings, progress, and the result of each row."""

from typing import Any, Literal, Self, get_args

from pydantic import ConfigDict

from outrider.contacts.suppressions.models import GivenReason
from outrider.imports.files.encodings import Encoding
from outrider.kit import clock
from outrider.kit.models import Model

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


class Defaults(Model):
    """Default values for fields that a row lacks. Tags are added to those of the row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tags: list[str] | None = None
    folder_id: str | None = None
    source: str | None = None
    reason: GivenReason | None = None
    evidence: str | None = None


class Column(Model):
    """Interpretation of a column. `field` is `email`, `custom.Stage`, …, or null if it is ignored.

    `how`: `given`: by the mapping; `guessed`: by its name; `content`: by its values; `kept`:
    unknown, so kept under its own name; `ignored`: a read-only column of an Outrider export.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    field: str | None
    how: Literal["given", "guessed", "content", "kept", "ignored"]
    stands_in: str | None = None
    """Field that it fills in rows in which no other column does."""


class Progress(Model):
    model_config = ConfigDict(frozen=True)

    bytes_done: int = 0
    bytes_total: int | None = None
    rows_done: int = 0


class FileError(Model):
    """Reason why the rest of the file could not be read; rows before `line` stay imported."""

    model_config = ConfigDict(frozen=True)

    line: int
    detail: str


class Import(Model):
    """Import of one file. `counts` are numbers of rows by result."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["import"] = "import"
    kind: Kind
    format: Format
    status: Status = "awaiting_upload"
    """`awaiting_upload` of the file, `awaiting_confirmation` with `confirm`, `expired` if not
    confirmed in time, `running`, `completed`, `failed` if the file cannot be read, `reverting` or
    `reverted`."""
    duplicates: Duplicates
    blanks: Blanks = "keep"
    mapping: dict[str, str | None] = {}
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None
    sheet: str | None = None
    """Sheet of the workbook; by default the first that has rows."""
    defaults: Defaults = Defaults()
    confirm: bool = False
    """Whether nothing is written until the import is confirmed."""
    expires_at: str | None = None
    """Deadline for the confirmation."""
    columns: list[Column] = []
    warnings: list[str] = []
    """Warnings to check before the rows are written, or after."""
    progress: Progress = Progress()
    counts: Counts = NO_COUNTS
    error: FileError | None = None
    created_by: str
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None

    @property
    def is_converted(self) -> bool:
        """Whether the rows are read from a converted copy of the file."""
        return self.format in ("vcard", "xlsx") or self.encoding in ("utf-16-le", "utf-16-be")

    def seen(self) -> Self:
        """Return the import as of now: one that was not confirmed in time is `expired`."""
        if self.status != "awaiting_confirmation" or clock.timestamp() < (self.expires_at or ""):
            return self
        return self.model_copy(update={"status": "expired"})


class ImportRow(Model):
    """Result of one row. `line` is where it begins in the file; `row` counts rows from 1.

    `reason` is present for `skipped` and `failed`, `values` (as in the file) for `failed`.
    """

    row: int
    line: int
    result: Result
    id: str | None = None
    key: str | None = None
    """The address or domain of the row."""
    reason: str | None = None
    note: str | None = None
    """Invalid values of optional cells, which are kept in `custom`."""
    values: dict[str, Any] | None = None


class PreviewRow(ImportRow):
    """Expected result of one row, and the `fields` that it would write."""

    fields: dict[str, Any] | None = None


class RowProblem(Model):
    """A problem of `count` rows. `kind` is the field concerned, or `unreadable`, `put_aside`,
    `duplicate`; `line` and `detail` are those of the first such row."""

    model_config = ConfigDict(frozen=True)

    kind: str
    count: int
    line: int
    detail: str


class ImportPreview(Model):
    """Preview of an import. `rows` are the first rows as they would be written now; `problems` and
    `stops` (contacts that must not be emailed) are counted over the first `rows_checked` rows,
    which are all rows if `complete`."""

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


class Undo(Model):
    """Data to revert a row: the previous values of the changed fields (None: absent), the version
    that the row left, and a digest of its fields that callers can set. Without `before` the row
    created the item."""

    before: dict[str, Any] | None = None
    version: int
    digest: str = ""


class SettledRow(ImportRow):
    """Result of a row as it is stored."""

    undo: Undo | None = None


class PlannedRow(ImportRow):
    """Planned write of a row. The plan is stored before it is carried out, so a retry does the same
    and does not overwrite the previous values.

    `result` is the row's result if the write succeeds. `fields` are those of the new item, or the
    changes (None clears) to the item at `version`.
    """

    fields: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    version: int = 0
    digest: str = ""
    """Digest of the item after the write, see `Undo`."""
    former_owner: str | None = None
    """Id of a deleted item that still holds the key."""

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
