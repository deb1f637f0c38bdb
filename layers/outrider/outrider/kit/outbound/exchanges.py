"""One HTTP exchange with a stranger, over a socket that is connected already.

`http.client` believes what it reads: it takes a hundred header lines of 64 KiB each, before the
answer as often as the other side says `100 Continue`; reads all there is for a chunk of negative
length; and needs hours for a long `Content-Type` of many semicolons (before Python 3.13.6). So what
it may take from the wire at all is counted.
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
"""Bytes of everything before the body, interim answers included; Node.js takes as many."""
_FRAMING = 8
"""A body in chunks of one byte each is six times as long on the wire."""

# Broken headers would be written down, with the path of the URL: strangers do not write our log,
# and a path may hold a secret.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """`path` is with the query; `host` is the header."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """`body` is its beginning, as far as it was asked for, still encoded as the other side sent it.
    Names of headers are lower-case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def exchange(opened: socket, request: HttpRequest, at_most: int, within: float) -> HttpResponse:
    """Send the request and read the answer, with `at_most` bytes of its body. `within` is how many
    seconds each read or write may wait; whoever calls cuts the whole.

    Raises OutboundFailed for an answer that is too long, OSError, HTTPException and HTTPError.
    """
    connection = HTTPConnection("", timeout=within)
    connection.sock = opened
    connection.response_class = cast("type[HTTPResponse]", partial(_Bounded, at_most=at_most))
    with closing(connection):
        # Whoever wants no more of it, as it is too long, may have answered before all was sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(
                request.method,
                request.path,
                body=request.body,
                headers={**request.headers, "Host": request.host, "Connection": "close"},
                preload_content=False,
            )
        try:
            return _answer(connection, at_most)
        except (OSError, HTTPError, OutboundFailed):
            raise
        except Exception as error:  # over nonsense the parsers stumble in more ways than they name
            raise HTTPException("The answer cannot be read") from error


def _answer(connection: HTTPConnection, at_most: int) -> HttpResponse:
    with closing(connection.getresponse()) as response:
        received = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status, response.read(at_most, decode_content=False), received)


class _Bounded(HTTPResponse):
    def __init__(self, opened: socket, *args: Any, at_most: int, **options: Any) -> None:
        super().__init__(opened, *args, **options)
        self._wire = _Wire(self.fp.detach(), MAX_HEAD)
        self._body = MAX_HEAD + at_most * _FRAMING
        self.fp = BufferedReader(self._wire)

    def begin(self) -> None:
        super().begin()
        self._wire.left = self._body


class _Wire(RawIOBase):
    """What comes from the other side, of which only so many bytes are `left` to take."""

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
