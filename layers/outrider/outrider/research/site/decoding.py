"""Text of an untrusted HTTP response: decompression and character encoding, both bounded."""

import codecs
import re
import zlib

from outrider.kit.outbound.exchanges import HttpResponse

MAX_TEXT = 512 * 1024
"""Maximum bytes of a body that are read, as received and decompressed; the rest is ignored."""
_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_HEADER = 16 + zlib.MAX_WBITS
_DECLARED = re.compile(r"charset\s*=\s*[\"']?([\w:-]{2,20})", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,200}charset\s{0,5}=\s{0,5}["']?([\w:-]{2,20})""", re.IGNORECASE)
_CODECS = re.compile(
    r"ascii|big5|cp125[0-8]|cp874|euc_jp|euc_kr|gb18030|gb2312|gbk|iso8859-\d+|koi8-[ru]|shift_jis"
    r"|utf-(8|16|16-be|16-le)"
)
"""Text encodings of the web, by their names in `codecs`; other codecs there do not decode text, and
some decompress."""
_ONE_BYTE = re.compile(r"ascii|cp.*|iso8859.*|koi8.*")
_WESTERN = "cp1252"
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def body_of(answer: HttpResponse) -> bytes | None:
    """Return the first MAX_TEXT bytes of the body, decompressed from gzip; None for any other
    content coding and for a damaged body."""
    coding = answer.headers.get("content-encoding", "").strip().lower() or "identity"
    if coding == "identity":
        return answer.body[:MAX_TEXT]
    if coding not in _GZIP:
        return None
    try:
        return zlib.decompressobj(_GZIP_HEADER).decompress(answer.body, MAX_TEXT)
    except zlib.error:
        return None


def text_of(body: bytes, content_type: str) -> str:
    """Return a body as text. Bytes that its encoding does not have become U+FFFD.

    The encoding is that of the byte order mark, or else the declared one: in `content_type`, or in
    a `meta` element. Servers often declare a default that the page does not have, so text that is
    valid UTF-8 is read as UTF-8 whatever one-byte encoding is declared. Text without a declaration
    that is not UTF-8 is read as windows-1252, as browsers do.
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = _declared(body, content_type)
    if declared is None or _ONE_BYTE.fullmatch(declared):
        try:
            return codecs.getincrementaldecoder("utf-8")().decode(body)
        except UnicodeDecodeError:
            return body.decode(declared or _WESTERN, "replace")
    return body.decode(declared, "replace")


def _declared(body: bytes, content_type: str) -> str | None:
    """Return the declared encoding by its name in `codecs`; None if there is none that the web
    has."""
    if named := _DECLARED.search(content_type):
        return _known(named[1])
    found = _META.search(body[:2_048])
    encoding = _known(found[1].decode("ascii", "replace")) if found else None
    # A meta element that can be read as ASCII is not in UTF-16 (HTML standard, 13.2.3.2).
    return "utf-8" if encoding and encoding.startswith("utf-16") else encoding


def _known(label: str) -> str | None:
    try:
        encoding = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if encoding in ("ascii", "iso8859-1"):  # labels of windows-1252 (Encoding standard, 4.2)
        return _WESTERN
    return encoding if _CODECS.fullmatch(encoding) else None
