"""How a CSV file is laid out: what separates its cells, where its header is, and what its columns
are. All of it is told from the beginning of the file, where nobody says so.

Above the header there may be notes, titles, blank lines, and Excel's `sep=;`. A file without a
header has `Column 1`, `Column 2`, …
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from outrider.imports.columns.headers import KEYS, NUMBERED, understand, warnings_of
from outrider.imports.columns.names import guess, plain
from outrider.imports.columns.values import looks_like_key
from outrider.imports.errors import BrokenFile
from outrider.imports.files.encodings import GivenEncoding, check_text, encoding_of
from outrider.imports.files.lines import Fetch, Lines
from outrider.imports.files.records import Record, RecordReader
from outrider.imports.models import DELIMITERS, MAX_COLUMNS, Column, Delimiter, Import, Kind
from outrider.kit.aws.s3 import ObjectRange

_SAMPLE = 256 * 1024
"""Bytes from which is told what a file is."""
_MOST_RECORDS = 60
_MOST_ABOVE = 30
"""Records that may stand above the header."""
_SEPARATOR = re.compile(r'"?sep=(.)"?[,;]*\s*', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What the caller says of a file."""

    kind: Kind
    mapping: Mapping[str, str | None]
    delimiter: Delimiter | None = None
    encoding: GivenEncoding | None = None

    @classmethod
    def of(cls, importing: Import) -> "FileOptions":
        if importing.is_converted:
            return cls(importing.kind, importing.mapping, None, "utf-8")
        encoding = cast("GivenEncoding | None", importing.encoding)
        return cls(importing.kind, importing.mapping, importing.delimiter, encoding)


@dataclass(frozen=True, slots=True)
class Layout:
    """`offset` and `line` stand before the first row."""

    columns: Sequence[Column]
    delimiter: Delimiter
    encoding: GivenEncoding
    offset: int
    line: int
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """The names of columns, some records below them, and where these begin."""

    names: Sequence[str]
    rows: Sequence[Record]
    offset: int
    line: int
    header_line: int
    score: tuple[int, ...] = ()


def read_layout(fetch: Fetch, asked: FileOptions) -> Layout:
    """Raises BrokenFile for a file that has no rows, or not what `asked` names."""
    beginning = fetch(0, _SAMPLE)
    check_text(beginning.body)
    encoding = asked.encoding or encoding_of(beginning.body)
    start, said = _separator(beginning, encoding)
    delimiters = [each for each in (asked.delimiter, said) if each] or DELIMITERS
    found = {each: _find(beginning, start, each, encoding, asked) for each in delimiters}
    delimiter = max(found, key=lambda each: found[each].score)
    best = found[delimiter]
    if len(best.names) > MAX_COLUMNS:
        raise BrokenFile(best.header_line, f"The file has more than {MAX_COLUMNS} columns")
    columns = understand(asked.kind, best.names, asked.mapping, best.header_line, best.rows)
    warnings = warnings_of(columns, best.rows)
    if encoding not in ("utf-8", asked.encoding) and not beginning.body.isascii():
        warnings.append(
            f"The file is not UTF-8: it is read as {encoding}. Send encoding if that is wrong"
        )
    return Layout(columns, delimiter, encoding, best.offset, best.line, warnings)


def _separator(beginning: ObjectRange, encoding: str) -> tuple[tuple[int, int], Delimiter | None]:
    """Where the file begins behind a line like `sep=;`, and what that says."""
    lines = _lines(beginning, (0, 0))
    first = (lines.take() or b"").decode(encoding, "replace").removeprefix("\ufeff")
    said = _SEPARATOR.fullmatch(first.rstrip("\r\n"))
    if not said:
        return (0, 0), None
    return lines.place, next((each for each in DELIMITERS if each == said[1]), None)


def _lines(beginning: ObjectRange, place: tuple[int, int]) -> Lines:
    body = beginning.body
    return Lines(lambda start, length: ObjectRange(body[start : start + length], len(body)), *place)


def _find(
    beginning: ObjectRange,
    start: tuple[int, int],
    delimiter: Delimiter,
    encoding: GivenEncoding,
    asked: FileOptions,
) -> _Found:
    """The header, or that there is none, if this is the delimiter. Raises BrokenFile."""
    records, places = _read(beginning, start, delimiter, encoding)
    header = _header(asked, records)
    if header is not None:
        names = [" ".join(cell.split()) for cell in records[header].cells]
        first = header + 1
    else:
        first = _first_row(asked.kind, records)
        names = [f"Column {n + 1}" for n in range(max(len(r.cells) for r in records[first:]))]
    fields = [guess(asked.kind, name) for name in names]
    keys = KEYS[asked.kind]
    score = (
        any(field in keys for field in fields),
        len({field for field in fields if field}),
        any(_has_key(asked.kind, record) for record in records),
        len(names),
    )
    line = records[header or 0].line
    return _Found(names, records[first:], *places[first], line, tuple(map(int, score)))


def _read(
    beginning: ObjectRange, start: tuple[int, int], delimiter: str, encoding: str
) -> tuple[list[Record], list[tuple[int, int]]]:
    """The first records, but for one that the beginning cuts off, and the places before each and
    behind the last."""
    lines = _lines(beginning, start)
    records = RecordReader(lines, delimiter, encoding)
    found: list[Record] = []
    places = [lines.place]
    while len(found) < _MOST_RECORDS:
        try:
            record = records.next()
        except BrokenFile:
            if not found:
                raise
            break
        if record is None:
            if len(found) > 1 and beginning.size > len(beginning.body):
                found.pop()
                places.pop()
            break
        found.append(record)
        places.append(lines.place)
    if not found:
        raise BrokenFile(1, "The file is empty")
    return found, places


def _header(asked: FileOptions, records: Sequence[Record]) -> int | None:
    """Which record is the header: the one with the columns of the mapping; or the one with most
    names that are known, a key among them; or that above the rows whose cells look like keys. None
    when there is no header."""
    kind, above = asked.kind, range(min(len(records), _MOST_ABOVE))
    names = [{plain(cell) for cell in records[number].cells} for number in above]
    wanted = {plain(name) for name in asked.mapping}
    for number in above:
        if wanted and wanted <= names[number]:
            return number
    known = [
        set() if _has_key(kind, records[number]) else _known(kind, records[number])
        for number in above
    ]
    having = [number for number in above if set(KEYS[kind]) & set(known[number])]
    if wanted and all(NUMBERED.fullmatch(name) for name in asked.mapping):
        return None
    if having:
        return max(having, key=lambda number: len(known[number]))
    row = _first_row(kind, records)
    if not _has_key(kind, records[row]):
        return max(above, key=lambda number: len(known[number]))
    width = len(records[row].cells)
    for number in range(min(row, len(above))):
        cells = records[number].cells
        if len(cells) >= width and sum(bool(cell.strip()) for cell in cells) * 2 >= width:
            return number
    return None


def _known(kind: Kind, record: Record) -> set[str]:
    return {field for cell in record.cells if (field := guess(kind, cell))}


def _first_row(kind: Kind, records: Sequence[Record]) -> int:
    """The first record with a cell that looks like a key."""
    return next((n for n, record in enumerate(records) if _has_key(kind, record)), 0)


def _has_key(kind: Kind, record: Record) -> bool:
    return any(looks_like_key(kind, cell) for cell in record.cells)
