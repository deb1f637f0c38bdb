"""Detection of a CSV file's layout from its beginning: delimiter, header and columns, unless given.

There may be notes, titles, blank lines, and Excel's `sep=;` above the header. A file without a
header has the columns `Column 1`, `Column 2`, …
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
"""Bytes from which the layout is detected."""
_MOST_RECORDS = 60
_MOST_ABOVE = 30
"""Limit of records above the header."""
_SEPARATOR = re.compile(r'"?sep=(.)"?[,;]*\s*', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class FileOptions:
    """Settings of a file that the caller has given."""

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
    """Detected layout. `offset` and `line` are those before the first row."""

    columns: Sequence[Column]
    delimiter: Delimiter
    encoding: GivenEncoding
    offset: int
    line: int
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """Candidate layout: column names, some records below them, and the position of the first."""

    names: Sequence[str]
    rows: Sequence[Record]
    offset: int
    line: int
    header_line: int
    score: tuple[int, ...] = ()


def read_layout(fetch: Fetch, options: FileOptions) -> Layout:
    """Return the layout of a file. Raises BrokenFile if it has no rows, too many columns, no key
    column, or not the columns that `options` names."""
    beginning = fetch(0, _SAMPLE)
    check_text(beginning.body)
    encoding = options.encoding or encoding_of(beginning.body)
    start, declared = _separator(beginning, encoding)
    delimiters = [each for each in (options.delimiter, declared) if each] or DELIMITERS
    found = {each: _find(beginning, start, each, encoding, options) for each in delimiters}
    delimiter = max(found, key=lambda each: found[each].score)
    best = found[delimiter]
    if len(best.names) > MAX_COLUMNS:
        raise BrokenFile(best.header_line, f"The file has more than {MAX_COLUMNS} columns")
    columns = understand(options.kind, best.names, options.mapping, best.header_line, best.rows)
    warnings = warnings_of(columns, best.rows)
    if encoding not in ("utf-8", options.encoding) and not beginning.body.isascii():
        warnings.append(
            f"The file is not UTF-8: it is read as {encoding}. Send encoding if that is wrong"
        )
    return Layout(columns, delimiter, encoding, best.offset, best.line, warnings)


def _separator(beginning: ObjectRange, encoding: str) -> tuple[tuple[int, int], Delimiter | None]:
    """Return the position after a line like `sep=;`, and the delimiter in it, if there is one."""
    lines = _lines(beginning, (0, 0))
    first = (lines.take() or b"").decode(encoding, "replace").removeprefix("\ufeff")
    declared = _SEPARATOR.fullmatch(first.rstrip("\r\n"))
    if not declared:
        return (0, 0), None
    return lines.place, next((each for each in DELIMITERS if each == declared[1]), None)


def _lines(beginning: ObjectRange, place: tuple[int, int]) -> Lines:
    body = beginning.body
    return Lines(lambda start, length: ObjectRange(body[start : start + length], len(body)), *place)


def _find(
    beginning: ObjectRange,
    start: tuple[int, int],
    delimiter: Delimiter,
    encoding: GivenEncoding,
    options: FileOptions,
) -> _Found:
    """Return the layout that results with this delimiter, and its score. Raises BrokenFile."""
    records, places = _read(beginning, start, delimiter, encoding)
    header = _header(options, records)
    if header is not None:
        names = [" ".join(cell.split()) for cell in records[header].cells]
        first = header + 1
    else:
        first = _first_row(options.kind, records)
        names = [f"Column {n + 1}" for n in range(max(len(r.cells) for r in records[first:]))]
    fields = [guess(options.kind, name) for name in names]
    keys = KEYS[options.kind]
    score = (
        any(field in keys for field in fields),
        len({field for field in fields if field}),
        any(_has_key(options.kind, record) for record in records),
        len(names),
    )
    line = records[header or 0].line
    return _Found(names, records[first:], *places[first], line, tuple(map(int, score)))


def _read(
    beginning: ObjectRange, start: tuple[int, int], delimiter: str, encoding: str
) -> tuple[list[Record], list[tuple[int, int]]]:
    """Return the first records, except one that the sample cuts off, and the positions before each
    record and after the last. Raises BrokenFile."""
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


def _header(options: FileOptions, records: Sequence[Record]) -> int | None:
    """Return the index of the header, or None if there is none.

    It is the record with the columns of the mapping; or the one with most known names, among them a
    key; or the one above the rows whose cells look like keys.
    """
    kind, above = options.kind, range(min(len(records), _MOST_ABOVE))
    names = [{plain(cell) for cell in records[number].cells} for number in above]
    wanted = {plain(name) for name in options.mapping}
    for number in above:
        if wanted and wanted <= names[number]:
            return number
    known = [
        set() if _has_key(kind, records[number]) else _known(kind, records[number])
        for number in above
    ]
    having = [number for number in above if set(KEYS[kind]) & set(known[number])]
    if wanted and all(NUMBERED.fullmatch(name) for name in options.mapping):
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
    """Return the index of the first record with a cell that looks like a key, or 0."""
    return next((n for n, record in enumerate(records) if _has_key(kind, record)), 0)


def _has_key(kind: Kind, record: Record) -> bool:
    return any(looks_like_key(kind, cell) for cell in record.cells)
