"""The gateway in front of an upstream that says what it received."""

import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO

from aiohttp import ClientResponse, ClientSession, DummyCookieJar, web
from aiohttp.test_utils import BaseTestServer, TestServer
from yarl import URL

from local.gateway import application

Act = Callable[[ClientSession, str], Awaitable[ClientResponse]]


async def _echo(request: web.Request) -> web.Response:
    """Answers with what came in; the path names a special answer."""
    if request.path.endswith("/redirect"):
        return web.Response(status=302, headers={"Location": "https://elsewhere.example/"})
    if request.path.endswith("/cookies"):
        return web.Response(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    if request.path.endswith("/gone"):
        return web.Response(status=410, reason="Gone", body=b"\x00\xff")
    return web.Response(
        body=await request.read(),
        headers={
            "X-Method": request.method,
            "X-Path": request.raw_path,
            "X-Host": request.headers["Host"],
            "X-Tags": "|".join(request.headers.getall("X-Tag", [])),
            "X-Names": " ".join(sorted(name.lower() for name in request.headers)),
            "Content-Type": request.headers.get("Content-Type", "none/none"),
        },
    )


class _Busy:
    """An upstream that counts what it works on, and answers nothing before it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.now = self.most = self.calls = 0

    async def answer(self, _: web.Request) -> web.Response:
        self.calls += 1
        self.now += 1
        self.most = max(self.most, self.now)
        await self.let_go.wait()
        self.now -= 1
        return web.Response()


Crowd = Callable[[_Busy, ClientSession, BaseTestServer], Awaitable[None]]


def _crowd(act: Crowd, patience: float, timeout: float = 60) -> None:
    """Act as the clients of a gateway that passes four calls at once to a busy upstream."""

    async def run() -> None:
        busy = _Busy()
        upstream = web.Application()
        upstream.router.add_route("*", "/{path:.*}", busy.answer)
        async with TestServer(upstream) as behind:
            origin = str(behind.make_url("")).rstrip("/")
            app = application(
                origin, "api1", calls_at_once=4, line_seconds=patience, timeout_seconds=timeout
            )
            async with TestServer(app) as gateway, ClientSession() as session:
                await act(busy, session, gateway)

    asyncio.run(run())


async def _status(session: ClientSession, gateway: BaseTestServer) -> tuple[int, str | None]:
    async with session.get(gateway.make_url("/x")) as answer:
        return answer.status, answer.headers.get("Retry-After")


def _connections(gateway: BaseTestServer) -> int:
    assert gateway.runner is not None
    assert gateway.runner.server is not None
    return len(gateway.runner.server.connections)


async def _until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0)


def _through_gateway(act: Act) -> tuple[int, dict[str, list[str]], bytes]:
    """What a client of the gateway sees: status, headers by lower-case name, body."""

    async def run() -> tuple[int, dict[str, list[str]], bytes]:
        upstream = web.Application(client_max_size=20 * 1024 * 1024)
        upstream.router.add_route("*", r"/{path:(?s:.*)}", _echo)
        async with TestServer(upstream) as behind:
            origin = str(behind.make_url("")).rstrip("/")
            async with TestServer(application(origin, "api1")) as gateway:
                base = f"http://{gateway.host}:{gateway.port}"
                session = ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=False)
                async with session, await act(session, base) as answer:
                    seen: dict[str, list[str]] = {}
                    for name, value in answer.headers.items():
                        seen.setdefault(name.lower(), []).append(value)
                    return answer.status, seen, await answer.read()

    return asyncio.run(run())


class TestForward:
    def test_passes_path_and_query_as_they_were_written(self) -> None:
        path = "/v1/contacts/a%20b%2Fc%252e%0A?x=%2B&x=1&empty=&tag=%C3%A9"

        _, headers, _ = _through_gateway(
            lambda session, base: session.get(URL(base + path, encoded=True))
        )

        assert headers["x-path"] == [f"/_aws/execute-api/api1/$default{path}"]

    def test_passes_ten_megabytes_of_any_bytes(self) -> None:
        body = bytes(range(256)) * 40_960

        status, headers, content = _through_gateway(
            lambda session, base: session.put(
                base + "/x", data=BytesIO(body), headers={"Content-Type": "image/png"}
            )
        )

        assert (status, headers["x-method"], headers["content-type"]) == (
            200,
            ["PUT"],
            ["image/png"],
        )
        assert content == body

    def test_refuses_what_api_gateway_refuses(self) -> None:
        status, _, content = _through_gateway(
            lambda session, base: session.post(base + "/x", data=BytesIO(b"x" * 10_485_761))
        )

        assert (status, content) == (413, b'{"message": "Request Entity Too Large"}')

    def test_keeps_the_host_and_repeated_headers_and_adds_none(self) -> None:
        _, headers, _ = _through_gateway(
            lambda session, base: session.get(
                base + "/x",
                headers=[("Host", "api.example:8080"), ("X-Tag", "1"), ("X-Tag", "2")],
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            )
        )

        assert headers["x-host"] == ["api.example:8080"]
        assert headers["x-tags"] == ["1|2"]
        assert headers["x-names"] == ["host x-tag"]

    def test_passes_a_redirect_on_instead_of_following_it(self) -> None:
        status, headers, _ = _through_gateway(
            lambda session, base: session.get(base + "/redirect", allow_redirects=False)
        )

        assert (status, headers["location"]) == (302, ["https://elsewhere.example/"])

    def test_passes_every_cookie(self) -> None:
        _, headers, _ = _through_gateway(lambda session, base: session.get(base + "/cookies"))

        assert headers["set-cookie"] == ["a=1", "b=2"]

    def test_passes_status_and_bytes_of_an_error(self) -> None:
        status, _, content = _through_gateway(lambda session, base: session.get(base + "/gone"))

        assert (status, content) == (410, b"\x00\xff")


class TestLine:
    def test_a_crowd_waits_and_is_served(self) -> None:
        async def act(busy: _Busy, session: ClientSession, gateway: BaseTestServer) -> None:
            crowd = [asyncio.create_task(_status(session, gateway)) for _ in range(60)]
            await _until(lambda: busy.now == 4)
            busy.let_go.set()

            assert await asyncio.gather(*crowd) == [(200, None)] * 60
            assert (busy.most, busy.calls) == (4, 60)

        _crowd(act, patience=60)

    def test_who_would_wait_too_long_is_told_to_come_again(self) -> None:
        async def act(busy: _Busy, session: ClientSession, gateway: BaseTestServer) -> None:
            served = [asyncio.create_task(_status(session, gateway)) for _ in range(4)]
            await _until(lambda: busy.now == 4)

            assert await _status(session, gateway) == (503, "5")

            busy.let_go.set()
            assert await asyncio.gather(*served) == [(200, None)] * 4
            assert await _status(session, gateway) == (200, None)

        _crowd(act, patience=0.05)

    def test_what_has_no_answer_in_time_keeps_its_place(self) -> None:
        async def act(busy: _Busy, session: ClientSession, gateway: BaseTestServer) -> None:
            slow = [_status(session, gateway) for _ in range(4)]

            assert await asyncio.gather(*slow) == [(503, None)] * 4
            assert await _status(session, gateway) == (503, "5")
            assert busy.calls == 4

            busy.let_go.set()
            await _until(lambda: busy.now == 0)
            assert await _status(session, gateway) == (200, None)

        _crowd(act, patience=1, timeout=1)

    def test_who_has_gone_costs_nothing(self) -> None:
        async def act(busy: _Busy, session: ClientSession, gateway: BaseTestServer) -> None:
            served = [asyncio.create_task(_status(session, gateway)) for _ in range(4)]
            await _until(lambda: busy.now == 4)
            async with ClientSession() as impatient:
                gone = asyncio.create_task(_status(impatient, gateway))
                await _until(lambda: _connections(gateway) == 5)
                gone.cancel()
                await asyncio.wait([gone])
            await _until(lambda: _connections(gateway) == 4)
            busy.let_go.set()
            await asyncio.gather(*served)

            assert await _status(session, gateway) == (200, None)
            assert busy.calls == 5

        _crowd(act, patience=60)
