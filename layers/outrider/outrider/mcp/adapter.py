"""The SDK's server on Lambda: one HTTP request in, one HTTP response out, nothing kept between
them."""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from outrider.kit.http.requests import MAX_BODY, Request
from outrider.kit.http.responses import JSON, Answer, Headers
from outrider.mcp.server import EXCHANGE, Exchange, server

Message = MutableMapping[str, Any]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SET_BY_API_GATEWAY = ("content-length", "content-type")


def respond(request: Request, exchange: Exchange) -> Answer:
    """Return the server's response to a POST request (MCP's streamable HTTP transport, stateless,
    with JSON responses)."""
    if not is_origin_allowed(request):
        return Answer(403, "Origin is not that of this API", "text/plain")
    return asyncio.run(_respond(request, exchange))


def is_origin_allowed(request: Request) -> bool:
    """Return whether a request comes from no web page, or from one of this API or of this
    machine.

    It protects from DNS rebinding, see
    https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
    """
    origin = request.headers.get("origin")
    if not origin:
        return True
    host = urlsplit(origin).hostname
    return host in (*_LOOPBACK, urlsplit(request.api_url).hostname)


async def _respond(request: Request, exchange: Exchange) -> Answer:
    # A manager runs once, so each request has one; the server behind it stays.
    manager = StreamableHTTPSessionManager(
        server(), json_response=True, stateless=True, max_request_body_size=MAX_BODY
    )
    connection = _Connection(request.body)
    async with manager.run():
        await manager.handle_request(_scope(request, exchange), connection.receive, connection.send)
    return connection.answer()


def _scope(request: Request, exchange: Exchange) -> dict[str, Any]:
    """Return the ASGI scope (https://asgi.readthedocs.io/en/latest/specs/www.html)."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query_string.encode(),
        "root_path": "",
        "headers": [
            (name.encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in request.headers.items()
        ],
        "client": None,
        "server": None,
        EXCHANGE: exchange,
    }


class _Connection:
    """The two ends of an ASGI connection; the client waits for the response."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._sent: list[bytes] = []

    async def receive(self) -> Message:
        if self._body is None:
            await asyncio.Event().wait()  # until the response ends the connection
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message.get("headers", ()))
        else:
            self._sent.append(message.get("body", b""))

    def answer(self) -> Answer:
        headers: Headers = {name.decode().lower(): value.decode() for name, value in self._headers}
        media = headers.get("content-type", JSON)
        own = {name: text for name, text in headers.items() if name not in _SET_BY_API_GATEWAY}
        return Answer(self._status, b"".join(self._sent).decode(), media, own)
