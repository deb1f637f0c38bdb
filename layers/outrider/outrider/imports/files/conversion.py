"""Conversion of UTF-16, vCard and Excel files to CSV in UTF-8. The form is detected from the
beginning of the file."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from outrider.imports.errors import BrokenFile
from outrider.imports.files import vcards, workbooks
from outrider.imports.files.lines import Fetch, Lines

Form = Literal["utf-16-le", "utf-16-be", "vcard", "xlsx"]
BEGINNING = 4_096
"""Bytes from which the form of a file is detected."""
_PART = 2 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_JSON_OBJECT = re.compile(rb'\s*\{\s*"[^"]*"\s*:')


def form_of(beginning: bytes) -> Form | None:
    """Return the form that has to be converted, or None if the file can be read as it is."""
    if beginning.startswith(b"PK\x03\x04"):
        return "xlsx"
    if beginning.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if beginning.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    half = min(len(beginning), 2_000) // 2
    if half and beginning[1 : 2 * half : 2].count(0) * 2 > half:
        return "utf-16-le"
    if half and beginning[: 2 * half : 2].count(0) * 2 > half:
        return "utf-16-be"
    text = beginning.removeprefix(_BOM).lstrip()
    return "vcard" if text[:11].upper() == b"BEGIN:VCARD" else None


def is_json_lines(beginning: bytes) -> bool:
    """Return whether the file begins with a JSON object."""
    return bool(_JSON_OBJECT.match(beginning.removeprefix(_BOM)))


def converted(fetch: Fetch, form: Form, sheet: str | None) -> Iterator[bytes]:
    """Yield the file as CSV in UTF-8, in pieces. Raises BrokenFile."""
    if form == "vcard":
        return _as_csv(vcards.rows_of(_texts(Lines(fetch, 0, 0))))
    if form == "xlsx":
        return _as_csv(workbooks.rows_of(_whole(fetch), sheet))
    return _recoded(fetch, form)


def _whole(fetch: Fetch) -> bytes:
    part = fetch(0, workbooks.MAX_BYTES)
    if part.size > len(part.body):
        detail = f"A workbook may have at most {workbooks.MAX_BYTES:,} bytes: save it as CSV UTF-8"
        raise BrokenFile(1, detail)
    return part.body


def _recoded(fetch: Fetch, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    at = 0
    while True:
        part = fetch(at, _PART)
        at += len(part.body)
        is_last = not part.body or at >= part.size
        yield decoder.decode(part.body, is_last).encode("utf-8", "replace")
        if is_last:
            return


def _texts(lines: Lines) -> Iterator[str]:
    while (raw := lines.take()) is not None:
        try:
            yield raw.decode().removeprefix("\ufeff")
        except UnicodeDecodeError:
            yield raw.decode("windows-1252", "replace")


def _as_csv(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow(row)
        if text.tell() > _PART:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")
