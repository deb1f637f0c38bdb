"""HTTP requests to addresses that strangers chose: guarded, and bounded in time and size.

A host name is resolved once, every address it has must be public, and the connection goes to an
address that was checked, with SNI and certificate for the name. Redirects are answers like any
other, proxies of the environment are not used, and the whole exchange ends at its deadline however
slowly the other side trickles.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import Any, Literal

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from outrider.kit.networks import Address, is_loopback, is_public
from outrider.kit.targets import InvalidUrl, Target

MAX_ANSWER = 16 * 1024
_MAX_ADDRESSES = 4

Reason = Literal["dns", "blocked_address", "connect", "tls", "timeout", "protocol"]
Resolve = Callable[[str, int], Sequence[str]]


class OutboundFailed(Exception):
    """There is no answer."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is its beginning, as far as it was asked for, still encoded as the other side sent it.
    Names of headers are lower-case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which the system would try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Outbound:
    """Times are in seconds. `loopback` lets https and http go to this machine, for development."""

    loopback: bool = False
    resolve: Resolve = look_up
    look_up_within: float = 5
    connect_within: float = 3
    end_within: float = 15
    tls: ssl.SSLContext | None = None
    """For tests; otherwise certificates are checked as the system does."""

    def check(self, url: str) -> None:
        """Whether a request to `url` would be let out now; nothing is connected.

        Raises InvalidUrl, and OutboundFailed for `dns` and `blocked_address`.
        """
        self._addresses(self._target(url), _Deadline(self.look_up_within))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Exactly one request. Raises InvalidUrl and OutboundFailed."""
        return self._send("POST", url, body, headers, MAX_ANSWER)

    def get(self, url: str, headers: Mapping[str, str], at_most: int = MAX_ANSWER) -> Answer:
        """Exactly one request, for `at_most` bytes. Raises InvalidUrl and OutboundFailed."""
        return self._send("GET", url, None, headers, at_most)

    def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], at_most: int
    ) -> Answer:
        deadline = _Deadline(self.end_within)
        target = self._target(url)
        addresses = self._addresses(target, deadline)
        with closing(self._connect(target, addresses, deadline)) as opened:
            try:
                with _cut_at(deadline, opened), closing(self._over(opened, target)) as connection:
                    _ask(connection, method, target, body, headers)
                    answer = _answer(connection, at_most)
            except (OSError, HTTPException, HTTPError) as error:
                raise _failure(error, deadline) from error
        if deadline.passed:  # the cut may look like an ordinary end of the body
            raise _too_late()
        return answer

    def _target(self, url: str) -> Target:
        target = Target.of(url)
        if target.scheme == "http" and not self.loopback:
            raise InvalidUrl("The URL must begin with https://")
        return target

    def _addresses(self, target: Target, deadline: "_Deadline") -> list[Address]:
        """The addresses of the target's host, every one of them checked."""
        wait = min(self.look_up_within, deadline.left)
        texts = _within(wait, lambda: self.resolve(target.host, target.port))
        addresses = [ip_address(text) for text in texts]
        if not addresses:
            raise OutboundFailed("dns", f"The host {target.host} has no address")
        if not all(self._allowed(address, target.scheme) for address in addresses):
            raise OutboundFailed(
                "blocked_address", f"The host {target.host} does not lead to a public address"
            )
        return addresses[:_MAX_ADDRESSES]

    def _allowed(self, address: Address, scheme: str) -> bool:
        if self.loopback and is_loopback(address):
            return True
        return scheme == "https" and is_public(address)

    def _connect(
        self, target: Target, addresses: Sequence[Address], deadline: "_Deadline"
    ) -> socket.socket:
        """A connection to the first of the addresses that takes one."""
        patience = _Deadline(min(self.connect_within, deadline.left))
        for place, address in enumerate(addresses):
            wait = max(patience.left, 0.001) / (len(addresses) - place)
            try:
                opened = socket.create_connection((str(address), target.port), timeout=wait)
            except OSError:
                continue
            if ip_address(opened.getpeername()[0]) != address:
                opened.close()
                raise OutboundFailed("blocked_address", "The connection leads somewhere else")
            opened.settimeout(max(deadline.left, 0.001))
            return opened
        raise OutboundFailed("connect", f"The host {target.host} takes no connection")

    def _over(self, opened: socket.socket, target: Target) -> HTTPConnection:
        address = opened.getpeername()[0]
        if target.scheme == "http":
            return _Plain(address, target.port, opened=opened)
        return _Tls(
            address,
            target.port,
            opened=opened,
            server_hostname=target.host,
            ssl_context=self.tls or _system_tls(),
        )


class _Plain(HTTPConnection):
    """HTTP over a socket that is connected already."""

    def __init__(self, *args: Any, opened: socket.socket, **options: Any) -> None:
        super().__init__(*args, **options)
        self._opened = opened

    def _new_conn(self) -> socket.socket:
        return self._opened


class _Tls(HTTPSConnection):
    """HTTPS over a socket that is connected already."""

    def __init__(self, *args: Any, opened: socket.socket, **options: Any) -> None:
        super().__init__(*args, **options)
        self._opened = opened

    def _new_conn(self) -> socket.socket:
        return self._opened


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    @property
    def passed(self) -> bool:
        return self.left <= 0


@contextmanager
def _cut_at(deadline: _Deadline, opened: socket.socket) -> Iterator[None]:
    """Shut the connection at the deadline. A timeout of the socket alone would start anew with
    every byte that comes; and TLS takes the socket away, so this holds a handle of its own."""
    handle = opened.dup()
    timer = Timer(max(deadline.left, 0), _shut, [handle])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _ask(
    connection: HTTPConnection,
    method: str,
    target: Target,
    body: bytes | None,
    headers: Mapping[str, str],
) -> None:
    connection.request(
        method,
        target.path,
        body=body,
        headers={**headers, "Host": target.authority, "Connection": "close"},
        preload_content=False,
    )


def _answer(connection: HTTPConnection, at_most: int) -> Answer:
    with closing(connection.getresponse()) as response:
        received = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, response.read(at_most, decode_content=False), received)


def _failure(error: Exception, deadline: _Deadline) -> OutboundFailed:
    if deadline.passed or isinstance(error, TimeoutError):
        return _too_late()
    if isinstance(error, ssl.SSLCertVerificationError):
        return OutboundFailed("tls", f"The certificate is not valid: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return OutboundFailed("tls", f"There is no TLS connection: {error.reason}")
    return OutboundFailed("protocol", "The connection ended before a whole answer came")


def _too_late() -> OutboundFailed:
    return OutboundFailed("timeout", "The answer was not complete in time")


def _within(seconds: float, resolve: Callable[[], Sequence[str]]) -> Sequence[str]:
    """What `resolve` gives, unless it takes too long: the system's resolver knows no deadline."""
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(resolve())
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=run, daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0))
    except Empty as error:
        raise OutboundFailed("dns", "The host name could not be resolved in time") from error
    if isinstance(answer, Exception):
        raise OutboundFailed("dns", "The host name could not be resolved") from answer
    return answer


@cache
def _system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
