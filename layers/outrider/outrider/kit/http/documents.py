"""Static documents, the same for all clients until the next deployment: compressed once, with
ETags."""

import gzip
import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer, Headers

FRESH = "public, max-age=300"
"""Cache-Control: caches may use a document for five minutes without revalidation."""
FOR_GOOD = "public, max-age=31536000, immutable"
"""Cache-Control of a document whose name changes with its content (RFC 8246)."""


@dataclass(frozen=True)
class Document:
    """A static document, compressed with gzip; `media` is its media type."""

    packed: bytes
    media: str
    headers: Headers = field(default_factory=dict)
    caching: str = FRESH

    @classmethod
    def of(cls, text: str, media: str, headers: Headers | None = None) -> "Document":
        """Return the document of a text."""
        return cls(gzip.compress(text.encode(), mtime=0), media, headers or {})

    @cached_property
    def text(self) -> str:
        return gzip.decompress(self.packed).decode()

    def answer(self, request: Request) -> Answer:
        """Return the document, or 304 if the client's copy is current (If-None-Match, RFC 9110,
        13.1.2)."""
        headers = {
            **self.headers,
            "ETag": self._etag,
            "Cache-Control": self.caching,
            "Vary": "Accept-Encoding",
        }
        if _matches(request.headers.get("if-none-match", ""), self._etag):
            return Answer(304, "", self.media, headers)
        if not _takes_gzip(request.headers.get("accept-encoding", "")):
            return Answer(200, self.text, self.media, headers)
        return Answer(200, self.packed, self.media, {**headers, "Content-Encoding": "gzip"})

    @cached_property
    def _etag(self) -> str:
        """Weak ETag, the same for the compressed and the uncompressed document."""
        return f'W/"{hashlib.sha256(self.packed).hexdigest()[:32]}"'


def _matches(if_none_match: str, etag: str) -> bool:
    """Return whether If-None-Match contains this ETag, by weak comparison (RFC 9110, 8.8.3.2)."""
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or etag.removeprefix("W/") in named


def _takes_gzip(accept_encoding: str) -> bool:
    """Return whether Accept-Encoding allows gzip, by name or by `*` (RFC 9110, 12.5.3)."""
    weights = {}
    for each in accept_encoding.lower().split(","):
        name, _, parameter = each.partition(";")
        weights[name.strip()] = parameter.replace(" ", "").removeprefix("q=") or "1"
    weight = weights.get("gzip", weights.get("*", "0"))
    return weight.strip("0.") != ""
