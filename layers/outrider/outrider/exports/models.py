"""Models of exports."""

from typing import Any, Literal

from pydantic import ConfigDict

from outrider.kit.models import Model

Kind = Literal["contacts", "companies", "suppressions"]
Format = Literal["csv", "jsonl"]
Status = Literal["queued", "running", "completed"]


class Export(Model):
    """Export of a list to a file. `rows` and `bytes` count what has been written so far."""

    model_config = ConfigDict(frozen=True)

    id: str
    object: Literal["export"] = "export"
    kind: Kind
    format: Format
    filters: dict[str, Any] = {}
    status: Status = "queued"
    """`queued`, `running` while the file is written, then `completed`."""
    rows: int = 0
    bytes: int = 0
    created_by: str
    created_at: str
    finished_at: str | None = None


class ExportWork(Model):
    """Worker's view of an export: the lease, the uploaded parts, the cursor after them and, for
    CSV, the names of custom fields that become columns."""

    shown: Export
    lease: str
    upload_id: str | None = None
    tags: list[str] = []
    cursor: str | None = None
    written: bool = False
    """Whether the last part is uploaded."""
    names: list[str] | None = None
    names_cursor: str | None = None
    """Cursor of the first pass, which collects the names of custom fields; None after that pass."""
    aside: int = 0
    """Number of the S3 object with the saved beginning of the next part; 0 if there is none."""
    request_id: str = ""
