"""HTTP client for untrusted URLs: SSRF guard, and limits on time and response size.

Every IP address of the host must be public (see `connections`). TLS verifies the certificate for
the host name. Redirects are not followed, proxies from the environment are ignored, and the whole
exchange ends at its deadline.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address

from urllib3.exceptions import HTTPError

from outrider.kit.outbound.connections import (
    Connector,
    Deadline,
    OutboundFailed,
    Resolve,
    cut_at,
    failure_of,
    look_up,
    system_tls,
    too_late,
)
from outrider.kit.outbound.exchanges import HttpRequest, HttpResponse, exchange
from outrider.kit.outbound.networks import Address, is_loopback, is_public
from outrider.kit.outbound.targets import InvalidUrl, UrlTarget

MAX_ANSWER = 16 * 1024

_HTTP_ONLY_LOCAL = (
    "The URL must begin with https://: http:// is allowed only for an address of this machine"
)


def may_be_local(host: str) -> bool:
    """Return whether the host is a loopback address or a `localhost` name (RFC 6761, 6.3)."""
    try:
        return is_loopback(ip_address(host))
    except ValueError:
        return host.rpartition(".")[2] == "localhost"


@dataclass(frozen=True, slots=True)
class Outbound:
    """HTTP client. Times are in seconds. `loopback` allows requests to this machine over http and
    https, for development."""

    loopback: bool = False
    resolve: Resolve = look_up
    look_up_within: float = 5
    connect_within: float = 3
    end_within: float = 15
    tls: ssl.SSLContext | None = None
    """TLS settings for tests; the default is to verify certificates against the system's store."""

    def check(self, url: str) -> None:
        """Check that a request to `url` would be allowed now, without connecting.

        Raises InvalidUrl, and OutboundFailed with the reason `dns` or `blocked_address`.
        """
        target = self._target(url)
        connector = self._connector(target)
        try:
            connector.addresses(target.host, target.port, Deadline(self.look_up_within))
        except OutboundFailed as failure:
            if target.scheme == "http" and not may_be_local(target.host):
                raise InvalidUrl(_HTTP_ONLY_LOCAL) from failure
            raise

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], at_most: int = MAX_ANSWER
    ) -> HttpResponse:
        """Send one request, without retries, and read up to `at_most` bytes of the body. Raises
        InvalidUrl, OutboundFailed."""
        return self._send("POST", url, body, headers, at_most)

    def get(self, url: str, headers: Mapping[str, str], at_most: int = MAX_ANSWER) -> HttpResponse:
        """Send one request, without retries, and read up to `at_most` bytes of the body. Raises
        InvalidUrl, OutboundFailed."""
        return self._send("GET", url, None, headers, at_most)

    def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], at_most: int
    ) -> HttpResponse:
        deadline = Deadline(self.end_within)
        target = self._target(url)
        connector = self._connector(target)
        request = HttpRequest(method, target.authority, target.path, headers, body)
        with closing(connector.connect(target.host, target.port, deadline)) as opened:
            try:
                with cut_at(deadline, opened), closing(self._secured(opened, target)) as secured:
                    answer = exchange(secured, request, at_most, max(deadline.left, 0.001))
            except (OSError, HTTPException, HTTPError) as error:
                raise failure_of(error, deadline) from error
        if deadline.passed:  # a shut connection may look like the normal end of the body
            raise too_late()
        return answer

    def _target(self, url: str) -> UrlTarget:
        target = UrlTarget.of(url)
        if target.scheme == "http" and not self.loopback:
            raise InvalidUrl("The URL must begin with https://")
        return target

    def _connector(self, target: UrlTarget) -> Connector:
        return Connector(
            lambda address: self._allowed(address, target.scheme),
            self.resolve,
            self.look_up_within,
            self.connect_within,
        )

    def _allowed(self, address: Address, scheme: str) -> bool:
        if self.loopback and is_loopback(address):
            return True
        return scheme == "https" and is_public(address)

    def _secured(self, opened: socket.socket, target: UrlTarget) -> socket.socket:
        if target.scheme == "http":
            return opened
        return (self.tls or system_tls()).wrap_socket(opened, server_hostname=target.host)
