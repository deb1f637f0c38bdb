"""Reading the parts of a mail that anyone may have written in any way.

Nothing here raises for what a mail holds: what cannot be read is left out. What is read is bounded,
and so is the work: a mail whose form would make the parser slow or large is read by its headers.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from itertools import islice

from outrider.inbound.mail.html import plain

MAX_BYTES = 5_000_000
"""What is read of a mail: its text stands before its attachments."""
MAX_HEADERS = 256_000
MAX_HEADER = 8_000
MAX_PARTS = 100
MAX_DEPTH = 50
MAX_DELIMITERS = 20_000
MAX_REPORT = 250_000
"""What is read of a delivery report, where our own mail comes last."""
MAX_LINES = 70_000
"""More than a mail of MAX_BYTES has in the encodings of MIME: the parser's work is by the line."""
MAX_REPORT_LINES = 6_000
MAX_GROUPS = 5_000
"""Of fields, in the parts of a delivery report: the parser makes a mail of each."""
MAX_TEXT = 500_000
"""Bytes of one part that are taken for text."""

_TEXT_CODECS = re.compile(
    r"(utf|iso|cp|koi8|gb|big5|euc|shift_jis|latin|ascii|windows|mac|hz|johab|ptcp|tis|kz)"
)
_IN_BRACKETS = re.compile(r"<\s{0,9}([^<>\s@]{1,64}+@[^<>\s@]{1,255}+)\s{0,9}>")
_BARE = re.compile(r"(?<![^\s,;:(\"'])([\w.+-]{1,64}+@[\w.-]{1,255}+)(?![^\s,;)\"'])")
_LINE_END = re.compile(rb"\r\n?|\n")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_AS_NAME = re.compile(r"""([^\s,;:<>()"'@]{1,64}+@[^\s,;:<>()"'@]{1,255}+)["']?\s{0,9}<""")
_BROKEN = (ValueError, LookupError, MessageError, RecursionError, TypeError, AttributeError)
"""What the standard library raises for headers and encodings that are not what they say."""


def parse(raw: bytes) -> Message:
    """The mail, or its headers alone where the rest is not to be read."""
    is_report = b"delivery-status" in raw[:MAX_BYTES].lower()
    raw = _first_lines(
        raw[: MAX_REPORT if is_report else MAX_BYTES], MAX_REPORT_LINES if is_report else MAX_LINES
    )
    head, blank, rest = _split(raw)
    head = head[:MAX_HEADERS]
    hostile = (
        raw.lower().count(b"boundary=") > MAX_DEPTH
        or raw.count(b"\n--") > MAX_DELIMITERS
        or head.count(b"\n") > 10_000
        or (is_report and len(_BLANK_LINE.findall(raw)) > MAX_GROUPS)
    )
    if not hostile:
        with suppress(*_BROKEN):
            return message_from_bytes(head + blank + rest, policy=compat32)
    return BytesHeaderParser(policy=compat32).parsebytes(b"\n".join(head.split(b"\n")[:1_000]))


def _first_lines(raw: bytes, most: int) -> bytes:
    if raw.count(b"\n") + raw.count(b"\r") <= most:
        return raw
    last = next(islice(_LINE_END.finditer(raw), most - 1, most), None)
    return raw[: last.end()] if last else raw


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", raw)
    if not found:
        return raw, b"", b""
    return raw[: found.start()], found[0], raw[found.end() :]


def header(mail: Message, name: str) -> str:
    """The header's text in one line, decoded; empty without it or where it cannot be read."""
    return _decoded(_raw(mail.get(name, "")))


def headers(mail: Message, name: str) -> list[str]:
    return [_decoded(_raw(value)) for value in (mail.get_all(name) or [])[:20]]


def _raw(value: object) -> str:
    try:
        return str(value)[:MAX_HEADER]
    except _BROKEN:
        return ""


def _decoded(value: str) -> str:
    if "=?" in value:
        with suppress(*_BROKEN):
            value = "".join(
                text if isinstance(text, str) else _text(text, charset)
                for text, charset in decode_header(value)
            )
    return " ".join(value.split())


def addresses(mail: Message, *names: str) -> list[str]:
    """The addresses in these headers as they stand there, without names."""
    found: list[str] = []
    for name in names:
        for value in (mail.get_all(name) or [])[:20]:
            found += _addresses(_raw(value))
    return found[:200]


def _addresses(value: str) -> list[str]:
    """Those of one header. Python before 3.12.6 guesses where a header breaks the grammar, and
    later ones find nothing in it: an address as a name that is not quoted is enough for that."""
    found: list[tuple[str, str]] = []
    with suppress(*_BROKEN):
        found = getaddresses([value])
    bracketed = _IN_BRACKETS.findall(value)
    read = [address.strip() for _, address in found if "@" in address]
    names = set(_AS_NAME.findall(value)) - set(bracketed)
    return [each for each in read or [*bracketed, *_BARE.findall(value)] if each not in names]


def parts(mail: Message, *, attached: bool = True) -> Iterator[Message]:
    """The mail and its parts, from the front, as many as are read at all; those of mails that it
    has within only if `attached`."""
    pending, seen = [mail], 0
    while pending and seen < MAX_PARTS:
        part = pending.pop(0)
        seen += 1
        yield part
        if not part.is_multipart():  # else Python decodes it, and may fail
            continue
        if not attached and not content_type(part).startswith("multipart/"):
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            pending = [each for each in payload if isinstance(each, Message)] + pending


def content_type(part: Message) -> str:
    try:
        return part.get_content_type()
    except _BROKEN:
        return "text/plain"


def parameter(part: Message, name: str) -> str:
    """A parameter of the part's content type in lower case."""
    return _parameter(part, name).lower()


def _parameter(part: Message, name: str) -> str:
    if len(_raw(part.get("Content-Type", ""))) == MAX_HEADER:  # Python's time is quadratic
        return ""
    try:
        return str(part.get_param(name, "") or "")
    except _BROKEN:
        return ""


def text_of(mail: Message, most: int = MAX_TEXT) -> str:
    """What a reader sees first: its first plain text, else its first HTML as text. `most` is how
    many characters of it are read."""
    html = ""
    for part in parts(mail):
        kind = content_type(part)
        if part.is_multipart() or is_attached(part):
            continue
        if kind == "text/plain" and (text := body_of(part)[:most]).strip():
            return text
        if kind == "text/html" and not html:
            html = plain(body_of(part)[:most])
    return html


def body_of(part: Message) -> str:
    """The text of a part that has no parts."""
    try:
        payload = part.get_payload(decode=True)
    except _BROKEN:
        return ""
    if not isinstance(payload, bytes):
        return ""
    return (
        _text(payload[:MAX_TEXT], _parameter(part, "charset"))
        .replace("\r\n", "\n")
        .replace("\x00", "")
    )


def is_attached(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except _BROKEN:
        return False


def _text(data: bytes, charset: str | None) -> str:
    """`data` in the charset it says, or in one that takes it."""
    for name in (charset or "", "utf-8"):
        try:
            codec = codecs.lookup(name.strip("'\" "))
            if _TEXT_CODECS.match(codec.name):
                return data.decode(codec.name)
        except _BROKEN:
            continue
    return data.decode("cp1252", "replace")
