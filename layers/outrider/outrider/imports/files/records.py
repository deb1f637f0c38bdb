"""Reader of CSV records by RFC 4180, tolerant of the deviations that programs really write.

A quote inside a quoted cell may be doubled, escaped by a backslash, or bare. A quote that is never
closed fails only the record that it begins in; reading continues with the next line.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from outrider.imports.errors import BrokenFile
from outrider.imports.files.lines import MAX_ROW, Lines

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
"""Control characters, and the byte order marks of concatenated files."""
_QUOTES = re.compile(r'(\\?)("+)')
_LONGEST_ESCAPED = 50
"""Limit of lines in a record whose quotes are escaped by backslashes."""
_UNREADABLE = "The line is not UTF-8. Save the file as UTF-8, or name its encoding in encoding"


@dataclass(frozen=True, slots=True)
class Record:
    line: int
    cells: list[str]
    error: str | None = None


class Text:
    """Lines decoded as text. `encoding` is that of lines that are not UTF-8; without it they are
    unreadable."""

    def __init__(self, lines: Lines, encoding: str | None) -> None:
        self.lines = lines
        self.is_bad = False
        self._encoding = encoding

    def take(self) -> str | None:
        """Return the next line; set `is_bad` if it is unreadable. Raises BrokenFile."""
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
    """Reader of the records after the position of `lines`; empty records are skipped.

    `is_row` returns whether a line looks like a complete row: then no quote opened before it can
    span it.
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
        following, is_bad = self.lines.place, self._text.is_bad
        for parse in (self._strictly, self._leniently):
            if (cells := parse(text)) is not None:
                return self._read(line, cells)
            self.lines.go_back(following)
            self._text.is_bad = is_bad
        cells = text.rstrip("\r\n").split(self.delimiter)
        return Record(line, cells, f"A quote is opened in line {line} and never closed")

    def _read(self, line: int, cells: list[str]) -> Record:
        return Record(line, cells, _UNREADABLE if self._text.is_bad else None)

    def _strictly(self, first: str) -> list[str] | None:
        """Parse by RFC 4180. Return None if the record deviates from it or spans complete rows."""
        feed = self._feed(first)
        reader = csv.reader(feed, delimiter=self.delimiter, skipinitialspace=True, strict=True)
        try:
            return next(reader)
        except (csv.Error, _Overrun):
            return None

    def _leniently(self, first: str) -> list[str] | None:
        """Parse with bare or escaped quotes in quoted cells. Return None if a quote stays open."""
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
        """Yield the line and then the following ones, for as long as a quote is open.

        Raises _Overrun.
        """
        yield first
        size = len(first)
        while True:
            try:
                text = self._text.take()
            except BrokenFile:  # it is raised again when that line is read
                text = None
            size += len(text or "")
            if text is None or size > MAX_ROW or self.is_row(text):
                raise _Overrun
            yield text


class _Overrun(Exception):
    """Raised when a quote stays open beyond what its cell can contain."""


def split_leniently(text: str, delimiter: str) -> list[str] | None:
    """Split a record whose quotes are not doubled: a quote closes a cell only before a delimiter or
    the end. Return None if one stays open."""
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
            following = closing.match(text, quotes.end())
            if following and _is_closing(escaped=bool(quotes[1]), quotes=len(quotes[2])):
                break
        else:
            return None
        cells.append(text[at + 1 : quotes.end() - 1].replace('\\"', '"').replace('""', '"'))
        at = following.end()
        if not following[1]:
            return cells


def _is_closing(*, escaped: bool, quotes: int) -> bool:
    """Return whether the last of consecutive quotes before a delimiter closes the cell; each of the
    others may be escaped by the one before it."""
    return quotes % 2 == 0 if escaped else quotes % 2 == 1 or quotes == 2
