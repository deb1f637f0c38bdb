"""The records of a CSV file as programs really write it: RFC 4180, and what strays from it.

A quote inside a quoted cell may be doubled, escaped by a backslash, or stand there alone. A quote
that is opened and never closed fails the record it stands in; reading goes on with the next line.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from outrider.imports.errors import BrokenFile
from outrider.imports.files.lines import MAX_ROW, Lines

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
"""Control characters, and byte order marks of files that were joined."""
_QUOTES = re.compile(r'(\\?)("+)')
_LONGEST_ESCAPED = 50
"""Lines of a record whose quotes are escaped by backslashes."""
_UNREADABLE = "The line is not UTF-8. Save the file as UTF-8, or name its encoding in encoding"


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    cells: list[str]
    error: str | None = None


class Text:
    """Lines as text. Of a line that is not UTF-8 `encoding` says what it is; without one nobody
    knows."""

    def __init__(self, lines: Lines, encoding: str | None) -> None:
        self.lines = lines
        self.is_bad = False
        self._encoding = encoding

    def take(self) -> str | None:
        """The next line; sets `is_bad` for one that nobody can read. Raises BrokenFile."""
        raw = self.lines.take()
        if raw is None:
            return None
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.is_bad = self.is_bad or self._encoding is None
            text = raw.decode(self._encoding or "utf-8", "replace")
        return _NOT_TEXT.sub("", text)


@dataclass(slots=True)
class RecordReader:
    """The records behind where `lines` stand; empty ones are left out.

    `is_row` tells whether a line looks like a whole row: then no quote before it was meant to
    reach over it.
    """

    lines: Lines
    delimiter: str
    encoding: str | None = None
    is_row: Callable[[str], bool] = lambda _: False
    _text: Text = field(init=False)

    def __post_init__(self) -> None:
        self._text = Text(self.lines, self.encoding)

    def next(self) -> Record | None:
        while True:
            line, self._text.is_bad = self.lines.line + 1, False
            text = self._text.take()
            if text is None:
                return None
            record = self._record(line, text)
            if any(cell.strip() for cell in record.cells):
                return record

    def _record(self, line: int, text: str) -> Record:
        if '"' not in text:
            return self._read(line, text.rstrip("\r\n").split(self.delimiter))
        behind, is_bad = self.lines.place, self._text.is_bad
        for parse in (self._strictly, self._leniently):
            if (cells := parse(text)) is not None:
                return self._read(line, cells)
            self.lines.go_back(behind)
            self._text.is_bad = is_bad
        cells = text.rstrip("\r\n").split(self.delimiter)
        return Record(line, cells, f"A quote is opened in line {line} and never closed")

    def _read(self, line: int, cells: list[str]) -> Record:
        return Record(line, cells, _UNREADABLE if self._text.is_bad else None)

    def _strictly(self, first: str) -> list[str] | None:
        """By RFC 4180; None when the record is not written so, or reaches over whole rows."""
        feed = self._feed(first)
        reader = csv.reader(feed, delimiter=self.delimiter, skipinitialspace=True, strict=True)
        try:
            return next(reader)
        except (csv.Error, _Overrun):
            return None

    def _leniently(self, first: str) -> list[str] | None:
        """With quotes that stand as they are in quoted cells; None when one stays open."""
        text = ""
        try:
            for number, each in enumerate(self._feed(first)):
                text += each
                cells = split_leniently(text, self.delimiter)
                if cells is not None or '\\"' not in text or number > _LONGEST_ESCAPED:
                    return cells
        except _Overrun:
            pass
        return None

    def _feed(self, first: str) -> Iterator[str]:
        """The line and those behind it, while somebody asks for more: a quote is open.

        Raises _Overrun.
        """
        yield first
        size = len(first)
        while True:
            try:
                text = self._text.take()
            except BrokenFile:  # it is met again where it stands
                text = None
            size += len(text or "")
            if text is None or size > MAX_ROW or self.is_row(text):
                raise _Overrun
            yield text


class _Overrun(Exception):
    """A quote stays open where its cell cannot go on."""


def split_leniently(text: str, delimiter: str) -> list[str] | None:
    """The cells of a record whose quotes are not doubled as they should be: one closes a cell only
    where a delimiter or the end is behind it. None when one is left open."""
    text = text.rstrip("\r\n")
    closing = re.compile(rf" *({re.escape(delimiter)}|\Z)")
    cells: list[str] = []
    at = 0
    while True:
        while text.startswith(" ", at):
            at += 1
        if not text.startswith('"', at):
            end = text.find(delimiter, at)
            cells.append(text[at : end if end >= 0 else None])
            if end < 0:
                return cells
            at = end + 1
            continue
        for quotes in _QUOTES.finditer(text, at + 1):
            behind = closing.match(text, quotes.end())
            if behind and _is_closing(escaped=bool(quotes[1]), quotes=len(quotes[2])):
                break
        else:
            return None
        cells.append(text[at + 1 : quotes.end() - 1].replace('\\"', '"').replace('""', '"'))
        at = behind.end()
        if not behind[1]:
            return cells


def _is_closing(*, escaped: bool, quotes: int) -> bool:
    """Whether the last of some quotes before a delimiter closes the cell: each before it may be
    escaped by the one in front."""
    return quotes % 2 == 0 if escaped else quotes % 2 == 1 or quotes == 2
