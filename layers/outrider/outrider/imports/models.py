"""Imports: what was asked, how far it is, and what became of each row."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from outrider.contacts.suppressions.models import GivenReason

Kind = Literal["contacts", "companies", "suppressions"]
Format = Literal["csv", "jsonl"]
Delimiter = Literal[",", ";", "\t", "|"]
DELIMITERS: tuple[Delimiter, ...] = get_args(Delimiter)
MAX_COLUMNS = 200
Duplicates = Literal["skip", "update", "fill_blanks"]
Blanks = Literal["keep", "clear"]
Status = Literal["awaiting_upload", "running", "completed", "failed", "reverting", "reverted"]
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

    `given`: the mapping says so; `guessed`: by its name; `kept`: unknown, so kept under its name.
    """

    model_config = ConfigDict(frozen=True)

    column: str
    field: str | None
    how: Literal["given", "guessed", "kept"]


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
    duplicates: Duplicates
    blanks: Blanks = "keep"
    mapping: dict[str, str | None] = {}
    delimiter: Delimiter | None = None
    defaults: Defaults = Defaults()
    columns: list[Column] = []
    progress: Progress = Progress()
    counts: Counts = NO_COUNTS
    error: FileError | None = None
    created_by: str
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None


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
    values: dict[str, Any] | None = None


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
