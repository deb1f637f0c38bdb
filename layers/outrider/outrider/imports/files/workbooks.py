"""Reader of a sheet of an Excel workbook (.xlsx), as a stream; the size that the sheet declares is
not trusted."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from outrider.imports.errors import BrokenFile

MAX_BYTES = 20 * 1024 * 1024
"""Limit of bytes of a workbook, which is held in memory."""
MAX_UNPACKED = 256 * 1024 * 1024
MAX_CELLS = 5_000_000
"""Limit of cells of a sheet, including the empty ones within its rows."""
_MAX_WIDTH = 256
_ZEROS = re.compile("0{2,20}")


def rows_of(workbook: bytes, sheet: str | None) -> Iterator[Sequence[str]]:
    """Yield the rows of the named sheet, or of the first that has rows. Raises BrokenFile."""
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
    except Exception as error:  # the parser may raise anything for an invalid file
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
    """Yield the rows up to the last one with a value, including empty ones before it."""
    sheet.reset_dimensions()  # the declared size may be wrong
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
    """Return the text of a cell with the leading zeros of a number format like 00000 (postal codes,
    phone numbers)."""
    text = _text(cell.value)
    if text.isdecimal() and isinstance(cell.value, int | float):
        zeros = _ZEROS.fullmatch(cell.number_format or "")
        return text.zfill(len(zeros[0])) if zeros else text
    return text


def _text(value: Any) -> str:
    """Return the text of a value: dates in ISO 8601, whole numbers without a fraction."""
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
