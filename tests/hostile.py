"""Receivers that mean harm, and what a request to each must come to."""

from collections.abc import Callable
from dataclasses import dataclass
from socket import SHUT_WR, SO_LINGER, SOL_SOCKET

from tests.receivers import Peer, Script, answering

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
_BLOCK = b"x" * 65_536
_EVERY = 0.02
_LONG = ";" * 60_000


@dataclass(frozen=True, slots=True)
class Hostile:
    """What it does, and the status or the class of error to which this comes."""

    name: str
    script: Script
    comes_to: int | str
    reads: bool = True


def sending(*parts: bytes | str) -> Script:
    data = b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    return lambda peer: peer.send(data)


def trickling(data: bytes, before: bytes = b"") -> Script:
    """A byte now and then, so that no wait for a byte is ever long."""

    def script(peer: Peer) -> None:
        peer.send(before)
        peer.trickle(data, _EVERY)

    return script


def endless(before: bytes, block: bytes = _BLOCK, at_most: int | None = None) -> Script:
    """As fast as it can, until the other side goes."""

    def script(peer: Peer) -> None:
        peer.send(before)
        sent = 0
        while not peer.ended.is_set() and (at_most is None or sent < at_most):
            peer.send(block)
            sent += len(block)

    return script


def silent(peer: Peer) -> None:
    peer.ended.wait(10)


def resetting(before: bytes = b"") -> Script:
    def script(peer: Peer) -> None:
        peer.send(before)
        peer.socket.setsockopt(SOL_SOCKET, SO_LINGER, b"\1\0\0\0\0\0\0\0")

    return script


def half_closing(before: bytes, then: Callable[[Peer], None]) -> Script:
    """Says that nothing more will come, and stays."""

    def script(peer: Peer) -> None:
        peer.send(before)
        peer.socket.shutdown(SHUT_WR)
        then(peer)

    return script


def moved(status: str) -> Script:
    return answering(status, b"", "Location: http://127.0.0.1:9/latest/meta-data/\r\n")


SLOW = [
    Hostile("headers, a byte now and then", trickling(OK * 50), "timeout"),
    Hostile(
        "a body, a byte now and then",
        trickling(_BLOCK, OK + b"Content-Length: 9999\r\n\r\n"),
        "timeout",
    ),
    Hostile("a body of no length, a byte now and then", trickling(_BLOCK, OK + b"\r\n"), "timeout"),
    Hostile("a chunk, a byte now and then", trickling(_BLOCK, CHUNKED + b"ffff\r\n"), "timeout"),
    Hostile("a size of a chunk that never ends", trickling(b"0" * 9_999, CHUNKED), "timeout"),
    Hostile(
        "trailers, a byte now and then", trickling(b"A: b\r\n" * 999, CHUNKED + b"0\r\n"), "timeout"
    ),
    Hostile(
        "interim answers, now and then", trickling(b"HTTP/1.1 100 Continue\r\n\r\n" * 99), "timeout"
    ),
    Hostile("accepts, and says nothing", silent, "timeout"),
    Hostile("half a head, and nothing more", half_closing(OK, silent), 200),
    Hostile("half-closed without an answer", half_closing(b"", silent), "protocol"),
    Hostile("reads nothing and says nothing", silent, "timeout", reads=False),
]
LARGE = [
    Hostile("an endless body", endless(OK + b"\r\n"), 200),
    Hostile("an endless body in chunks", endless(CHUNKED, b"10000\r\n" + _BLOCK + b"\r\n"), 200),
    Hostile("one endless chunk", endless(CHUNKED + b"f" * 99 + b"\r\n"), 200),
    Hostile(
        "100 MB",
        endless(OK + b"Content-Length: 104857600\r\n\r\n", at_most=104_857_600),
        200,
    ),
    Hostile("10 MB in chunks of a byte", endless(CHUNKED, b"1\r\nx\r\n" * 9_000), 200),
    Hostile(
        "chunks with extensions longer than they are",
        endless(CHUNKED, b"1;" + b"e" * 9_000 + b"\r\nx\r\n"),
        "protocol",
    ),
    Hostile("a chunk of negative length", endless(CHUNKED + b"-1\r\n"), "protocol"),
    Hostile("an endless line of a chunk's size", endless(CHUNKED), "protocol"),
    Hostile("endless trailers", endless(CHUNKED + b"0\r\n", b"A: b\r\n" * 9_000), "protocol"),
    Hostile("an endless status line", endless(b"HTTP/1.1 200 "), "protocol"),
    Hostile("an endless header", endless(OK + b"A: "), "protocol"),
    Hostile("endless headers", endless(OK, b"A: b\r\n" * 9_000), "protocol"),
    Hostile(
        "95 headers of 65,000 bytes",
        endless(OK, b"A: " + b"y" * 65_000 + b"\r\n", at_most=95 * 65_000),
        "protocol",
    ),
    Hostile("one header of 99,999 bytes", sending(OK, "A: ", "b" * 99_999, "\r\n\r\n"), "protocol"),
    Hostile("200 headers", sending(OK, "A: b\r\n" * 200, "\r\n"), "protocol"),
    Hostile(
        "endless interim answers", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999), "protocol"
    ),
    Hostile(
        "interim answers with large heads",
        endless(b"", b"HTTP/1.1 100 Continue\r\nA: " + b"b" * 60_000 + b"\r\n\r\n"),
        "protocol",
    ),
    Hostile(
        "parameters that take a parser hours",
        sending(OK, 'Content-Type: multipart/mixed; a="', "\r\n ".join([_LONG] * 90), "\r\n\r\n"),
        "protocol",
    ),
]
BROKEN = [
    Hostile("nothing", sending(b""), "protocol"),
    Hostile("nonsense", sending(b"garbage\r\n\r\n"), "protocol"),
    Hostile("a status that is no number", sending(b"HTTP/1.1 abc OK\r\n\r\n"), "protocol"),
    Hostile("HTTP/2", sending(b"HTTP/2 200\r\n\r\n"), "protocol"),
    Hostile("zeros", sending(b"\0" * 999), "protocol"),
    Hostile("a header without a colon", sending(OK, "nonsense\r\nA: b\r\n\r\n"), 200),
    Hostile("chunks that are none", sending(CHUNKED, "zz\r\n"), "protocol"),
    Hostile("a chunk of less than nothing", sending(CHUNKED, "-15\r\nhello\r\n"), "protocol"),
    Hostile("a chunk that ends early", sending(CHUNKED, "ff\r\nhello"), "protocol"),
    Hostile("a body that ends early", sending(OK, "Content-Length: 99\r\n\r\nhello"), 200),
    Hostile("lengths that differ", sending(OK, "Content-Length: 1,2\r\n\r\nhello"), "protocol"),
    Hostile("a length of 5,000 digits", sending(OK, f"Content-Length: {'9' * 5_000}\r\n\r\n"), 200),
    Hostile("a negative length", sending(OK, "Content-Length: -1\r\n\r\nhello"), 200),
    Hostile(
        "a boundary over which the parser stumbles",
        sending(OK, "Content-Type: multipart/x; boundary*0*=\"'%\"; boundary*=a'b'c\r\n\r\n"),
        "protocol",
    ),
    Hostile("resets the connection", resetting(), "protocol"),
    Hostile("resets it in the head", resetting(OK), "protocol"),
    Hostile("resets it in the body", resetting(OK + b"Content-Length: 9\r\n\r\nhi"), "protocol"),
    Hostile(
        "packed a thousand times",
        answering(body=b"\x1f\x8b", headers="Content-Encoding: gzip\r\n"),
        200,
    ),
    Hostile(
        "packed by nobody knows what",
        answering(body=b"\0\1", headers="Content-Encoding: br, zstd, x, gzip\r\n"),
        200,
    ),
]
REFUSING = [
    Hostile("moved to loopback", moved("301 Moved Permanently"), 301),
    Hostile("found on loopback", moved("302 Found"), 302),
    Hostile("moved to loopback, as a POST", moved("307 Temporary Redirect"), 307),
    Hostile("moved there for good, as a POST", moved("308 Permanent Redirect"), 308),
    Hostile("switches protocols", answering("101 Switching Protocols", b""), 101),
    Hostile("gone", answering("410 Gone"), 410),
    Hostile("busy for seconds", answering("429 Slow Down", b"", "Retry-After: 120\r\n"), 429),
    Hostile(
        "busy until a date",
        answering("429 Slow Down", b"", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n"),
        429,
    ),
    Hostile("busy for ever", answering("503 Busy", b"", f"Retry-After: {'9' * 5_000}\r\n"), 503),
    Hostile("a status there is not", answering("999 What", b""), 999),
]
ALL = [*SLOW, *LARGE, *BROKEN, *REFUSING]
