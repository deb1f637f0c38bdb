"""Rows of a CSV (RFC 4180) or JSON Lines file, with the lines they stand on.

A row that makes no sense is given with its `error`, and reading goes on behind it. A file that
makes no sense raises BrokenFile.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic_core import from_json

from outrider.imports.errors import BrokenFile
from outrider.imports.lines import MAX_ROW, Fetch, Lines
from outrider.imports.models import DELIMITERS, MAX_COLUMNS, Column
from outrider.kit import json

_BOM = b"\xef\xbb\xbf"
_FOREIGN = {
    b"\xff\xfe": "The file is UTF-16, not UTF-8. Save it as UTF-8 (in Excel: CSV UTF-8)",
    b"\xfe\xff": "The file is UTF-16, not UTF-8. Save it as UTF-8 (in Excel: CSV UTF-8)",
    b"PK\x03\x04": "The file is a workbook or a zip archive. Save it as CSV UTF-8",
    b"\x1f\x8b": "The file is compressed. Upload it as it was before",
}
_NOT_UTF8 = "The line is not UTF-8. Save the file as UTF-8 (in Excel: CSV UTF-8)"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as it stands in the file: `values` by column, blank ones as None."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


class Rows(Protocol):
    """`next` gives the rows one by one, None at the end. Raises BrokenFile."""

    lines: Lines

    def next(self) -> SourceRow | None: ...


class CsvRows:
    def __init__(self, lines: Lines, columns: Sequence[Column], delimiter: str) -> None:
        self.lines = lines
        self._records = Records(lines, delimiter)
        self._columns = columns

    def next(self) -> SourceRow | None:
        record = self._records.next()
        if record is None:
            return None
        cells = [cell.strip() for cell in record.cells]
        values = {
            column.column: cell or None
            for column, cell in zip(self._columns, cells, strict=False)
            if column.column
        }
        error = record.error
        if error is None and any(cells[len(self._columns) :]):
            error = f"The row has {len(cells)} cells, the header {len(self._columns)}"
        return SourceRow(record.line, values, error)


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
            values = from_json(text, allow_inf_nan=False)  # whole numbers of any length as such
        except ValueError as error:
            return SourceRow(line, error=f"The line is not JSON: {error}")
        if not isinstance(values, dict):
            return SourceRow(line, error="The line is not a JSON object")
        return SourceRow(line, {name.strip(): _blank_as_none(values[name]) for name in values})


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    cells: list[str]
    error: str | None


class Records:
    """The records of a CSV file; empty ones are left out."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        self._lines = lines
        self._text: list[str] = []
        self._bad = False
        self._ended = False
        self._reader = csv.reader(self._feed(), delimiter=delimiter, skipinitialspace=True)

    def next(self) -> Record | None:
        while True:
            line, self._text, self._bad = self._lines.line + 1, [], False
            try:
                cells = next(self._reader)
            except StopIteration:
                return None
            except csv.Error as error:
                return Record(line, [], f"The row is not CSV: {error}")
            if self._ended:
                self._check_closed(line)
            if any(cell.strip() for cell in cells):
                return Record(line, cells, _NOT_UTF8 if self._bad else None)

    def _feed(self) -> Iterator[str]:
        """Lines for the reader, which asks for more only while a quote is open."""
        size = 0
        while (raw := _clean(self._lines)) is not None:
            size = len(raw) + (size if self._text else 0)
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                self._bad = True
                text = raw.decode(errors="replace")
            self._text.append(text)
            if size > MAX_ROW:
                raise self._never_closed(self._lines.line - len(self._text) + 1)
            yield text
        self._ended = True

    def _check_closed(self, line: int) -> None:
        """The reader takes a quote that the end of the file leaves open as closed."""
        if '"' in "".join(self._text):
            dialect = self._reader.dialect
            try:
                list(csv.reader(self._text, dialect, strict=True))
            except csv.Error as error:
                if "unexpected end" in str(error):
                    raise self._never_closed(line) from error

    def _never_closed(self, line: int) -> BrokenFile:
        """Names the line of the last quote that opened."""
        opened, is_open = line, False
        for number, text in enumerate(self._text, start=line):
            for _ in range(text.count('"')):
                is_open = not is_open
                opened = number if is_open else opened
        return BrokenFile(
            opened, f"A quote is opened here and not closed within {MAX_ROW:,} bytes or the file"
        )


def _clean(lines: Lines) -> bytes | None:
    """The next line, the first one without its byte order mark. Raises BrokenFile for a file that
    is something else."""
    at_start = lines.offset == 0
    raw = lines.take()
    if at_start and raw:
        for mark, detail in _FOREIGN.items():
            if raw.startswith(mark):
                raise BrokenFile(1, detail)
        raw = raw.removeprefix(_BOM)
    return raw


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns, and where it ends: bytes and lines before the rows."""

    names: list[str]
    delimiter: str
    offset: int
    line: int


def read_header(fetch: Fetch, delimiter: str | None) -> Header:
    """The first record; its delimiter is guessed if it is None. Raises BrokenFile."""
    if delimiter is None:
        delimiter = _guess_delimiter(Lines(fetch, 0, 0))
    lines = Lines(fetch, 0, 0)
    record = Records(lines, delimiter).next()
    if record is None:
        raise BrokenFile(1, "The file is empty")
    if record.error:
        raise BrokenFile(record.line, record.error)
    names = [" ".join(name.split()) for name in record.cells]
    if len(names) > MAX_COLUMNS:
        raise BrokenFile(record.line, f"The file has more than {MAX_COLUMNS} columns")
    return Header(names, delimiter, lines.offset, lines.line)


def _guess_delimiter(lines: Lines) -> str:
    """The one that stands most often in the first line, outside quotes; a comma if none does."""
    while (raw := _clean(lines)) is not None:
        if raw.strip():
            bare = re.sub(r'"(?:[^"]|"")*"', "", raw.decode(errors="replace"))
            return max(DELIMITERS, key=bare.count)
    return DELIMITERS[0]


def _blank_as_none(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return value
