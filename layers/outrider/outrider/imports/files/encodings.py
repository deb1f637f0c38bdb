"""Detection of a file's encoding from its beginning."""

import re
from typing import Literal, get_args

from outrider.imports.errors import BrokenFile

GivenEncoding = Literal["utf-8", "windows-1252", "windows-1250", "windows-1251", "macintosh"]
Encoding = GivenEncoding | Literal["utf-16-le", "utf-16-be"]
_LEGACY: tuple[GivenEncoding, ...] = get_args(GivenEncoding)[1:]
_BOM = b"\xef\xbb\xbf"
_FOREIGN = {
    b"\x1f\x8b": "The file is compressed. Upload it as it was before",
}
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{1,60}")
_MOST_WORDS = 2_000
_OTHER_SCRIPTS = "\u0370"


def check_text(beginning: bytes) -> None:
    """Raise BrokenFile if the file is compressed."""
    for mark, detail in _FOREIGN.items():
        if beginning.startswith(mark):
            raise BrokenFile(1, detail)


def encoding_of(beginning: bytes) -> GivenEncoding:
    """Return the detected encoding: UTF-8 if there is a byte order mark or the multi-byte
    characters of UTF-8 outnumber the other non-ASCII bytes; else the legacy encoding that yields
    the likeliest words, by default Windows-1252."""
    rest, characters = _UTF8.subn(b"", beginning)
    if beginning.startswith(_BOM) or characters > len(_HIGH.findall(rest)):
        return "utf-8"
    words = [word for word in _WORD.findall(rest) if not word.isascii()][:_MOST_WORDS]
    return max(
        _LEGACY,
        key=lambda each: sum(_likelihood(word.decode(each, "replace")) for word in words),
    )


def _likelihood(word: str) -> int:
    """Return a score of how likely the text is a word. Letters raise it; symbols, capitals or
    another script inside a word, and consecutive accented Latin letters, lower it."""
    likely = 0
    for before, letter in zip(f" {word}", word, strict=False):
        if letter.isascii():
            likely -= 2 if letter.isalpha() and before >= _OTHER_SCRIPTS else 0
        elif not letter.isalpha():
            likely -= 2
        elif not before.isalpha():
            likely += 1
        elif letter.isupper() and before.islower():
            likely -= 2
        elif letter < _OTHER_SCRIPTS:
            likely += 1 if before.isascii() else -1
        else:
            likely += 1 if before >= _OTHER_SCRIPTS else -2
    return likely
