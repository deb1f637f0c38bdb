"""One HTTP exchange with an untrusted server, over a connected socket.

`http.client` has no overall limit: it reads a hundred header lines of 64 KiB each, for every `100
Continue` that precedes the response; it reads without limit for a chunk of negative length; and
before Python 3.13.6 it needs hours for a long `Content-Type` with many semicolons. Therefore the
total number of bytes read from the socket is limited here.
"""

import logging
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any, cast

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from outrider.kit.outbound.connections import OutboundFailed

MAX_HEAD = 16 * 1024
"""Maximum bytes before the body, including interim responses; Node.js has the same limit."""
_LISTS = frozenset({"cache-control", "vary"})
"""Headers whose values are one list if they are repeated (RFC 9110, 5.3)."""
_FRAMING = 8
"""Limit of the bytes on the wire per byte of the body; with one-byte chunks, chunked encoding needs
six."""

# urllib3 logs malformed headers and the URL path: untrusted input must not get into our log, and
# the path may contain a secret.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """HTTP request. `path` includes the query; `host` is the value of the `Host` header."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """HTTP response. `body` is limited to the requested size and not decompressed. Header names are
    lower-case; of a repeated header the last value counts, unless it is a list."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def exchange(opened: socket, request: HttpRequest, at_most: int, within: float) -> HttpResponse:
    """Send the request and return the response, with up to `at_most` bytes of its body.

    `within` is the timeout in seconds of each read or write; the caller limits the total time.
    Raises OutboundFailed for a response that is too long, OSError, HTTPException and HTTPError.
    """
    connection = HTTPConnection("", timeout=within)
    connection.sock = opened
    connection.response_class = cast("type[HTTPResponse]", partial(_Bounded, at_most=at_most))
    with closing(connection):
        # A server that rejects a long body may respond and close before all of it was sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(
                request.method,
                request.path,
                body=request.body,
                headers={**request.headers, "Host": request.host, "Connection": "close"},
                preload_content=False,
            )
        try:
            return _read_response(connection, at_most)
        except (OSError, HTTPError, OutboundFailed):
            raise
        except Exception as error:  # on malformed input the parsers raise undocumented errors too
            raise HTTPException("The response is malformed") from error


def _read_response(connection: HTTPConnection, at_most: int) -> HttpResponse:
    with closing(connection.getresponse()) as response:
        received: dict[str, str] = {}
        for name, value in response.headers.items():
            lower = name.lower()
            is_continued = lower in _LISTS and lower in received
            received[lower] = f"{received[lower]}, {value}" if is_continued else value
        return HttpResponse(response.status, response.read(at_most, decode_content=False), received)


class _Bounded(HTTPResponse):
    """HTTP response that reads at most MAX_HEAD bytes before the body, and a limited number for the
    body."""

    def __init__(self, opened: socket, *args: Any, at_most: int, **options: Any) -> None:
        super().__init__(opened, *args, **options)
        self._wire = _Wire(self.fp.detach(), MAX_HEAD)
        self._body = MAX_HEAD + at_most * _FRAMING
        self.fp = BufferedReader(self._wire)

    def begin(self) -> None:
        super().begin()
        self._wire.left = self._body


class _Wire(RawIOBase):
    """Raw stream with a limit: at most `left` more bytes can be read."""

    def __init__(self, raw: RawIOBase, left: int) -> None:
        self._raw = raw
        self.left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if not self.left:
            raise OutboundFailed("protocol", "The answer is longer than it may be")
        count = self._raw.readinto(memoryview(buffer)[: self.left])
        self.left -= count or 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
