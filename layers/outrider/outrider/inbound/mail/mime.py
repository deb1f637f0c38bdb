"""Defensive MIME parsing of untrusted email.

No content of an email raises an error: what cannot be parsed is left out. Input and work are
bounded: of an email whose structure would make the parser slow or use much memory, only the headers
are parsed.
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
"""Maximum bytes of an email that are read: its text comes before its attachments."""
MAX_HEADERS = 256_000
MAX_HEADER = 8_000
MAX_PARTS = 100
MAX_DEPTH = 50
MAX_DELIMITERS = 20_000
MAX_REPORT = 250_000
"""Maximum bytes of a delivery report that are read: our returned email comes last."""
MAX_LINES = 70_000
"""Maximum lines that are parsed, because the parser's work grows with them; MIME encodings of
MAX_BYTES have fewer."""
MAX_REPORT_LINES = 6_000
MAX_GROUPS = 5_000
"""Maximum field groups of a delivery report: the parser builds a message object for each."""
MAX_TEXT = 500_000
"""Maximum bytes of one part that are decoded as text."""

_TEXT_CODECS = re.compile(
    r"(utf|iso|cp|koi8|gb|big5|euc|shift_jis|latin|ascii|windows|mac|hz|johab|ptcp|tis|kz)"
)
_IN_BRACKETS = re.compile(r"<\s{0,9}([^<>\s@]{1,64}+@[^<>\s@]{1,255}+)\s{0,9}>")
_BARE = re.compile(r"(?<![^\s,;:(\"'])([\w.+-]{1,64}+@[\w.-]{1,255}+)(?![^\s,;)\"'])")
_LINE_END = re.compile(rb"\r\n?|\n")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_AS_NAME = re.compile(r"""([^\s,;:<>()"'@]{1,64}+@[^\s,;:<>()"'@]{1,255}+)["']?\s{0,9}<""")
_BROKEN = (ValueError, LookupError, MessageError, RecursionError, TypeError, AttributeError)
"""Errors of the standard library for malformed headers and encodings."""


def parse(raw: bytes) -> Message:
    """Parse an email; only its headers if the structure is hostile."""
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
    """Return the header's text, decoded, on one line; empty if it is missing or malformed."""
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
    """Return the addresses in these headers, as written, without display names."""
    found: list[str] = []
    for name in names:
        for value in (mail.get_all(name) or [])[:20]:
            found += _addresses(_raw(value))
    return found[:200]


def _addresses(value: str) -> list[str]:
    """Return the addresses in one header. Where its syntax is invalid, such as an unquoted address
    as display name, Python before 3.12.6 guesses and later versions find nothing; then addresses
    are found by pattern."""
    found: list[tuple[str, str]] = []
    with suppress(*_BROKEN):
        found = getaddresses([value])
    bracketed = _IN_BRACKETS.findall(value)
    read = [address.strip() for _, address in found if "@" in address]
    names = set(_AS_NAME.findall(value)) - set(bracketed)
    return [each for each in read or [*bracketed, *_BARE.findall(value)] if each not in names]


def parts(mail: Message, *, attached: bool = True) -> Iterator[Message]:
    """Yield the email and its parts in order, up to MAX_PARTS; those of enclosed emails only if
    `attached`."""
    pending, seen = [mail], 0
    while pending and seen < MAX_PARTS:
        part = pending.pop(0)
        seen += 1
        yield part
        if not part.is_multipart():  # for others get_payload decodes, and may fail
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
    """Return a parameter of the part's content type in lower case."""
    return _parameter(part, name).lower()


def _parameter(part: Message, name: str) -> str:
    if len(_raw(part.get("Content-Type", ""))) == MAX_HEADER:  # get_param takes quadratic time
        return ""
    try:
        return str(part.get_param(name, "") or "")
    except _BROKEN:
        return ""


def text_of(mail: Message, most: int = MAX_TEXT) -> str:
    """Return the text that a reader sees first: the first plain-text part, else the first HTML part
    as text. At most `most` characters of the part are read."""
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
    """Return the decoded text of a part without sub-parts."""
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
    """Decode `data` with its declared charset, else as UTF-8 or cp1252."""
    for name in (charset or "", "utf-8"):
        try:
            codec = codecs.lookup(name.strip("'\" "))
            if _TEXT_CODECS.match(codec.name):
                return data.decode(codec.name)
        except _BROKEN:
            continue
    return data.decode("cp1252", "replace")
