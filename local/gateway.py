"""Loopback reverse proxy that serves the API at the paths it has when deployed.

The emulator serves an API below `/_aws/execute-api/<id>/<stage>`; the proxy adds this prefix and
changes nothing else. Redirects, cookies and compressed bodies pass unchanged.

The emulator starts a process for each concurrent invocation, and hundreds of them would overload
one machine. So the proxy limits concurrency: requests wait in line, and get 503 after too long a
wait.

Run as `python -m local.gateway <port> <emulator url> <api id>`.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from io import BytesIO

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, web
from multidict import CIMultiDict
from yarl import URL

_MAX_BODY = 10 * 1024 * 1024
_TIMEOUT_SECONDS = 60.0
_GIVEN_UP_SECONDS = 600.0
_CALLS_AT_ONCE = max(4, 2 * (os.cpu_count() or 2))
_LINE_SECONDS = 30.0
_RETRY_AFTER_SECONDS = "5"
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
     "te", "trailer", "transfer-encoding", "upgrade", "content-length", "expect")
)  # fmt: skip
_ORIGIN = web.AppKey("origin", str)
_CLIENT = web.AppKey("client", ClientSession)
_LINE = web.AppKey("line", asyncio.Semaphore)
_PATIENCE = web.AppKey("patience", float)
_TIMEOUT = web.AppKey("timeout", float)


def application(
    emulator_url: str,
    api_id: str,
    *,
    calls_at_once: int = _CALLS_AT_ONCE,
    line_seconds: float = _LINE_SECONDS,
    timeout_seconds: float = _TIMEOUT_SECONDS,
) -> web.Application:
    """Return the proxy of one API.

    It forwards at most `calls_at_once` requests. A request that has waited `line_seconds` gets 503
    with Retry-After and is not forwarded. A forwarded request without a response after
    `timeout_seconds` gets 503 without Retry-After, and keeps its slot until the emulator has
    answered.
    """
    app = web.Application(client_max_size=_MAX_BODY)
    app[_LINE] = asyncio.Semaphore(calls_at_once)
    app[_PATIENCE], app[_TIMEOUT] = line_seconds, timeout_seconds
    app[_ORIGIN] = f"{emulator_url}/_aws/execute-api/{api_id}/$default"
    app.cleanup_ctx.append(_client)
    app.router.add_route("*", r"/{path:(?s:.*)}", _handle)
    return app


async def _client(app: web.Application) -> AsyncIterator[None]:
    """Keep one HTTP session open: no cookie jar, no proxy from the environment, bodies
    unchanged."""
    app[_CLIENT] = ClientSession(
        connector=TCPConnector(limit=0),
        cookie_jar=DummyCookieJar(),
        auto_decompress=False,
        timeout=ClientTimeout(total=_GIVEN_UP_SECONDS),
        skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
    )
    yield
    await app[_CLIENT].close()


async def _handle(request: web.Request) -> web.Response:
    """Wait for a slot and forward the request, unless its client has disconnected meanwhile."""
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return _refusal(413, "Request Entity Too Large")
    line = request.app[_LINE]
    try:
        async with asyncio.timeout(request.app[_PATIENCE]):
            await line.acquire()
    except TimeoutError:
        return _refusal(503, "Service Unavailable", {"Retry-After": _RETRY_AFTER_SECONDS})
    if request.transport is None or request.transport.is_closing():
        line.release()
        return web.Response(status=499)
    call = asyncio.create_task(_forward(request, body))
    call.add_done_callback(lambda _: line.release())  # not before the emulator is done with it
    done, _ = await asyncio.wait([call], timeout=request.app[_TIMEOUT])
    return call.result() if done else _refusal(503, "Service Unavailable")


async def _forward(request: web.Request, body: bytes) -> web.Response:
    try:
        async with request.app[_CLIENT].request(
            request.method,
            URL(request.app[_ORIGIN] + request.raw_path, encoded=True),
            headers=_end_to_end(request.headers),
            data=BytesIO(body) if body else None,
            allow_redirects=False,
        ) as answer:
            content = await answer.read()
            return web.Response(
                status=answer.status,
                reason=answer.reason,
                headers=_end_to_end(answer.headers),
                body=content,
            )
    except TimeoutError:
        return _refusal(503, "Service Unavailable")
    except ClientError as error:
        return _refusal(502, f"the emulator does not answer: {error}")


def _end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """Return all end-to-end headers in order, including repeated ones, without hop-by-hop
    headers."""
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP
    )


def _refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"message": message}, status=status, headers=headers)


def main() -> None:
    port, emulator_url, api_id = sys.argv[1:]
    web.run_app(
        application(emulator_url, api_id),
        host="127.0.0.1",
        port=int(port),
        print=None,
        access_log=None,
        shutdown_timeout=5,
        loop=asyncio.new_event_loop(),
    )


if __name__ == "__main__":
    main()
