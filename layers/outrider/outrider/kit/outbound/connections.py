"""TCP connections to untrusted hosts, with an SSRF guard and a deadline.

The host name is resolved once, every resolved address must be allowed, and the connection is made
to a checked address, which prevents DNS rebinding. The deadline also ends connections on which the
other side sends slowly.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import Literal

from outrider.kit.outbound.networks import Address, is_loopback, is_public

_MAX_ADDRESSES = 4

Reason = Literal["dns", "blocked_address", "connect", "tls", "timeout", "protocol"]
Resolve = Callable[[str, int], Sequence[str]]
Allowed = Callable[[Address], bool]


class OutboundFailed(Exception):
    """The connection failed, or the response was incomplete or invalid."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order of the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_or_loopback(address: Address) -> bool:
    """Return whether an address is public or of this machine (for development)."""
    return is_loopback(address) or is_public(address)


class Deadline:
    """A point in time, `seconds` from now by the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return self._end - time.monotonic()

    @property
    def passed(self) -> bool:
        return self.left <= 0


@dataclass(frozen=True, slots=True)
class Connector:
    """Factory of guarded connections. Times are in seconds. `allowed` returns whether an address
    may be connected to."""

    allowed: Allowed
    resolve: Resolve = look_up
    look_up_within: float = 5
    connect_within: float = 3

    def addresses(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        """Resolve the host and check all its addresses; return the first few.

        Raises OutboundFailed with the reason `dns` or `blocked_address`.
        """
        wait = min(self.look_up_within, deadline.left)
        addresses = [
            ip_address(text) for text in _resolve_within(wait, lambda: self.resolve(host, port))
        ]
        if not addresses:
            raise OutboundFailed("dns", f"The host {host} has no address")
        if not all(self.allowed(address) for address in addresses):
            raise OutboundFailed(
                "blocked_address", f"The host {host} does not resolve to a public address"
            )
        return addresses[:_MAX_ADDRESSES]

    def connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """Connect to the first address of the host that accepts. Raises OutboundFailed with the
        reason `dns`, `blocked_address` or `connect`."""
        addresses = self.addresses(host, port, deadline)
        patience = Deadline(min(self.connect_within, deadline.left))
        for place, address in enumerate(addresses):
            wait = max(patience.left, 0.001) / (len(addresses) - place)
            try:
                opened = socket.create_connection((str(address), port), timeout=wait)
            except OSError:
                continue
            try:
                leads_to = ip_address(opened.getpeername()[0])
            except OSError:  # reset in the meantime
                opened.close()
                continue
            if leads_to != address:
                opened.close()
                raise OutboundFailed(
                    "blocked_address",
                    "The connection leads to another address than the one that was checked",
                )
            opened.settimeout(max(deadline.left, 0.001))
            return opened
        raise OutboundFailed("connect", f"The host {host} accepts no connection")


@contextmanager
def cut_at(deadline: Deadline, opened: socket.socket) -> Iterator[None]:
    """Shut down the connection at the deadline.

    A socket timeout alone would restart with every byte received. The socket is duplicated because
    TLS detaches the original.
    """
    handle = opened.dup()
    timer = Timer(max(deadline.left, 0), _shut, [handle])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()


def failure_of(error: Exception, deadline: Deadline) -> OutboundFailed:
    """Return the OutboundFailed for an exception raised during the exchange."""
    if deadline.passed or isinstance(error, TimeoutError):
        return too_late()
    if isinstance(error, ssl.SSLCertVerificationError):
        return OutboundFailed("tls", f"The certificate is not valid: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return OutboundFailed("tls", f"No TLS connection could be made: {error.reason}")
    return OutboundFailed("protocol", "The connection ended before a whole answer came")


def too_late() -> OutboundFailed:
    return OutboundFailed("timeout", "The answer was not complete in time")


@cache
def system_tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _resolve_within(seconds: float, resolve: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return the result of `resolve`, run in a thread because the system's resolver has no timeout.
    Raises OutboundFailed."""
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
