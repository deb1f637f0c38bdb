"""Line reader of an S3 object, which is fetched in parts: at most one part and one line are in
memory."""

import re
from collections.abc import Callable

from outrider.imports.errors import BrokenFile
from outrider.kit.aws.s3 import ObjectRange

PART = 2 * 1024 * 1024
MAX_ROW = 128 * 1024
"""Limit of bytes per row, and so per line."""

_LINE_END = re.compile(rb"\r\n|\n|\r")

Fetch = Callable[[int, int], ObjectRange]
"""Function that returns a range of the object: offset and maximum length in bytes."""


class Lines:
    """Lines of an object from `offset` on, which is the position after line number `line`.

    Both advance with each line taken. A line ends with CR LF, LF or CR.
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
        """Return the next line with its line break, or None at the end. Raises BrokenFile for a
        line longer than MAX_ROW."""
        while True:
            found = _LINE_END.search(self._buffer, self._at)
            # A CR at the end of the buffer may be the first half of a CR LF.
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
        """The current position, for `go_back`."""
        return self.offset, self.line

    def go_back(self, place: tuple[int, int]) -> None:
        """Return to an earlier position, so that the lines after it are read again."""
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
