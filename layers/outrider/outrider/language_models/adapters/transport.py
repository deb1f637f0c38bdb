"""HTTP transport of all calls to providers, in place of those of their SDKs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.connections import OutboundFailed
from outrider.kit.outbound.exchanges import HttpResponse
from outrider.kit.outbound.targets import InvalidUrl

MAX_RESPONSE = 4 * 1024 * 1024
"""Bytes of a response's body."""
_OF_THE_CONNECTION = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding"}
)


class Unusable(Exception):
    """The response is of a kind that no model's answer can be in. The text says what it is."""


@dataclass(slots=True)
class ProviderTransport(httpx2.AsyncBaseTransport):
    """Transport with the SSRF guard, deadline and size limit of `kit.outbound`.

    It sends one request and never follows a redirect. `failure` is the reason why there is no
    response that can be read: SDKs raise errors of their own for it.
    """

    outbound: Outbound
    failure: OutboundFailed | InvalidUrl | Unusable | None = field(default=None, init=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request; blocks until the response is there. Raises httpx2.TransportError."""
        response = self.send(str(request.url), await request.aread(), request.headers)
        return httpx2.Response(
            response.status, headers=dict(response.headers), content=response.body
        )

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpResponse:
        """Send one POST request and return its response. Raises httpx2.TransportError, for the
        reason in `failure`."""
        given = {
            name: value for name, value in headers.items() if name.lower() not in _OF_THE_CONNECTION
        }
        try:
            response = self.outbound.post(
                url, body, {**given, "Accept-Encoding": "identity"}, MAX_RESPONSE + 1
            )
            _require_readable(response)
        except (OutboundFailed, InvalidUrl, Unusable) as failure:
            self.failure = failure
            raise httpx2.TransportError("no response that can be read") from failure
        return response


def _require_readable(response: HttpResponse) -> None:
    """Raise Unusable for a redirect, a body that is too long, and a success without JSON; raise
    OutboundFailed for a body that was cut off."""
    length = response.headers.get("content-length", "")
    if length.isdecimal() and len(response.body) < min(int(length), MAX_RESPONSE):
        raise OutboundFailed("protocol", "the body is shorter than its Content-Length")
    if 300 <= response.status < 400:
        raise Unusable(f"a redirect (HTTP {response.status})")
    if len(response.body) > MAX_RESPONSE:
        raise Unusable(f"more than {MAX_RESPONSE:,} bytes")
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status < 300 and media != "application/json":
        raise Unusable("no JSON")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unusable("a compressed body, which was not asked for")
