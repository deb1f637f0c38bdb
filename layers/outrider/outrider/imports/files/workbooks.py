"""Rows of a sheet of an Excel workbook (.xlsx), read as a stream, whatever size it says it has."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from outrider.imports.errors import BrokenFile

MAX_BYTES = 20 * 1024 * 1024
"""Of a workbook, which is held whole."""
MAX_UNPACKED = 256 * 1024 * 1024
MAX_CELLS = 5_000_000
"""Of a sheet, empty ones that it gives a place included."""
_MAX_WIDTH = 256
_ZEROS = re.compile("0{2,20}")


def rows_of(workbook: bytes, sheet: str | None) -> Iterator[Sequence[str]]:
    """The rows of the sheet of this name, or of the first that has any. Raises BrokenFile."""
    _check_size(workbook)
    try:
        import openpyxl  # noqa: PLC0415 - for the one worker that needs it

        book = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True, data_only=True)
        names = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in names:
            listed = ", ".join(map(repr, names[:20]))
            raise BrokenFile(1, f"The workbook has no sheet {sheet!r}, but {listed}")
        for name in [sheet] if sheet is not None else names:
            found = _texts(book[name])
            if (first := next(found, None)) is not None:
                yield first
                yield from found
                return
    except BrokenFile:
        raise
    except Exception as error:  # whatever the parser makes of a file that is none
        raise BrokenFile(1, f"The workbook cannot be read: {type(error).__name__}") from error


def _check_size(workbook: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
            is_workbook = "[Content_Types].xml" in packed.namelist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BrokenFile(1, "The workbook is damaged") from error
    if not is_workbook:
        raise BrokenFile(1, "The file is a zip archive. Upload what is in it")
    if unpacked > MAX_UNPACKED:
        raise BrokenFile(1, f"The workbook unpacks to {unpacked:,} bytes: save it as CSV UTF-8")


def _texts(sheet: Any) -> Iterator[list[str]]:
    """Rows up to the last that says something; empty ones above it are left as they stand."""
    sheet.reset_dimensions()  # what a sheet says of its size may be anything
    cells, empty = 0, 0
    for row in sheet.iter_rows():
        cells += len(row) + 1
        if cells > MAX_CELLS:
            raise BrokenFile(1, f"The sheet has more than {MAX_CELLS:,} cells: save it as CSV")
        texts = [_shown(cell) for cell in row[:_MAX_WIDTH]]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            empty += 1
            continue
        yield from ([] for _ in range(empty))
        empty = 0
        yield texts


def _shown(cell: Any) -> str:
    """With the zeros in front that a format like 00000 shows (postcodes, phones)."""
    text = _text(cell.value)
    if text.isdecimal() and isinstance(cell.value, int | float):
        zeros = _ZEROS.fullmatch(cell.number_format or "")
        return text.zfill(len(zeros[0])) if zeros else text
    return text


def _text(value: Any) -> str:
    """As people read it: dates by ISO 8601, whole numbers without a fraction."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
