"""Exports."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["contacts", "companies", "suppressions"]
Format = Literal["csv", "jsonl"]
Status = Literal["queued", "running", "completed"]


class Export(BaseModel):
    """A list on its way into a file. `rows` and `bytes` are what is written so far."""

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


class ExportWork(BaseModel):
    """An export as its worker sees it: the parts written, the place in the list behind them, and
    for CSV the names of fields of the callers' own that have columns."""

    shown: Export
    lease: str
    upload_id: str | None = None
    tags: list[str] = []
    cursor: str | None = None
    written: bool = False
    """Whether the last part is there."""
    names: list[str] | None = None
    names_cursor: str | None = None
    """Where reading the list for its names goes on; None once they are all known."""
    aside: int = 0
    """The number of the object with what is written of the next part; 0 is none."""
    request_id: str = ""
