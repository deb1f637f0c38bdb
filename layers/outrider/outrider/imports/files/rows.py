"""Row readers of CSV and JSON Lines files, with the line numbers of the rows.

An invalid row is returned with its `error`, and reading continues. An unreadable file raises
BrokenFile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic_core import from_json

from outrider.imports.columns.values import looks_like_key
from outrider.imports.files.encodings import check_text
from outrider.imports.files.lines import Lines
from outrider.imports.files.records import RecordReader
from outrider.imports.models import Column
from outrider.kit import json
from outrider.kit.text.spreadsheets import text_of

_BOM = b"\xef\xbb\xbf"
_KEYS = ("email", "address")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as it is in the file: `values` by column, blank ones as None."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


class Rows(Protocol):
    """Row reader: `next` returns the next row, or None at the end. Raises BrokenFile."""

    lines: Lines

    def next(self) -> SourceRow | None: ...


class CsvRows:
    def __init__(
        self, lines: Lines, columns: Sequence[Column], delimiter: str, encoding: str = "utf-8"
    ) -> None:
        self.lines = lines
        legacy = None if encoding == "utf-8" else encoding
        self._records = RecordReader(lines, delimiter, legacy, self._is_row)
        self._columns = columns
        self._delimiter = delimiter
        self._keys = [n for n, column in enumerate(columns) if column.field in _KEYS]

    def next(self) -> SourceRow | None:
        record = self._records.next()
        if record is None:
            return None
        cells = [text_of(cell.strip()) for cell in record.cells]
        values = {
            column.column: cell or None
            for column, cell in zip(self._columns, cells, strict=False)
            if column.column
        }
        error = record.error
        if error is None and any(cells[len(self._columns) :]):
            error = f"The row has {len(cells)} cells, the header {len(self._columns)}"
        return SourceRow(record.line, values, error)

    def _is_row(self, text: str) -> bool:
        """Return whether a line has as many cells as the header, and an address in a key column."""
        if "@" not in text or text.count(self._delimiter) != len(self._columns) - 1:
            return False
        cells = text.split(self._delimiter)
        return any(looks_like_key("contacts", cells[n]) for n in self._keys)


class JsonRows:
    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    def next(self) -> SourceRow | None:
        while (text := _clean(self.lines)) is not None:
            if text.strip():
                return self._row(text)
        return None

    def _row(self, text: bytes) -> SourceRow:
        line = self.lines.line
        try:
            json.check_depth(text)
            values = from_json(text, allow_inf_nan=False)  # integers of any length stay integers
        except ValueError as error:
            return SourceRow(line, error=f"The line is not JSON: {error}")
        if not isinstance(values, dict):
            return SourceRow(line, error="The line is not a JSON object")
        return SourceRow(line, {name.strip(): _blank_as_none(values[name]) for name in values})


def _clean(lines: Lines) -> bytes | None:
    """Return the next line, without the byte order mark of the first. Raises BrokenFile if the file
    is compressed."""
    at_start = lines.offset == 0
    raw = lines.take()
    if at_start and raw:
        check_text(raw)
        raw = raw.removeprefix(_BOM)
    return raw


def _blank_as_none(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return value
