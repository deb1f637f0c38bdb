"""The lines of an object, read in parts: never more than one part and one line are held."""

import re
from collections.abc import Callable

from outrider.imports.errors import BrokenFile
from outrider.kit.aws.s3 import ObjectRange

PART = 2 * 1024 * 1024
MAX_ROW = 128 * 1024
"""Bytes that a row, and so a line, may take."""

_LINE_END = re.compile(rb"\r\n|\n|\r")

Fetch = Callable[[int, int], ObjectRange]
"""Up to so many bytes (second) of the object from a place (first)."""


class Lines:
    """Lines from `offset` on, which stands behind the line number `line`.

    Both then follow what was taken. A line ends with CR LF, LF or CR.
    """

    def __init__(self, fetch: Fetch, offset: int, line: int) -> None:
        self.offset = offset
        self.line = line
        self._fetch = fetch
        self._buffer = b""
        self._at = 0
        self._fetched = offset
        self._complete = False

    def take(self) -> bytes | None:
        """The next line with its end, None behind the last. Raises BrokenFile for endless ones."""
        while True:
            found = _LINE_END.search(self._buffer, self._at)
            # A CR at the end of what is there may be the first half of a CR LF.
            if found and (found.end() < len(self._buffer) or self._complete):
                return self._taken(found.end())
            left = len(self._buffer) - self._at
            if self._complete:
                return self._taken(len(self._buffer)) if left else None
            if left > MAX_ROW:
                raise self._too_long()
            self._read_on()

    @property
    def place(self) -> tuple[int, int]:
        """Where to `go_back` to."""
        return self.offset, self.line

    def go_back(self, place: tuple[int, int]) -> None:
        """Take the lines behind `place`, where these lines were, again."""
        back = self.offset - place[0]
        self.offset, self.line = place
        if back <= self._at:
            self._at -= back
        else:
            self._buffer, self._at, self._fetched, self._complete = b"", 0, self.offset, False

    def _taken(self, end: int) -> bytes:
        if end - self._at > MAX_ROW:
            raise self._too_long()
        line = self._buffer[self._at : end]
        self._at = end
        self.offset += len(line)
        self.line += 1
        return line

    def _too_long(self) -> BrokenFile:
        return BrokenFile(self.line + 1, f"The line is longer than {MAX_ROW:,} bytes")

    def _read_on(self) -> None:
        part = self._fetch(self._fetched, PART)
        self._fetched += len(part.body)
        self._complete = not part.body or self._fetched >= part.size
        self._buffer = self._buffer[self._at :] + part.body
        self._at = 0
