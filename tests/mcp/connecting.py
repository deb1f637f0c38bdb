"""The MCP server of the harness, as the official client sees it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.clients.serving import served
from tests.harness.api import Answer, Api

Result = TypeVar("Result")
HANDSHAKE, NEWEST = "legacy", "2026-07-28"
"""Modes of the client: the protocol's versions with a handshake, and the newest, which has none."""


def talk_to(
    url: str, key: str, talk: Callable[[Client], Awaitable[Result]], *, mode: str = NEWEST
) -> Result:
    """What `talk` returns, which gets a client that is connected to a URL with a key."""

    async def run() -> Result:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http:
            transport = streamable_http_client(url, http_client=http)
            async with Client(transport, mode=mode) as client:
                return await talk(client)

    return asyncio.run(run())


def connected(
    api: Api, talk: Callable[[Client], Awaitable[Result]], *, mode: str = NEWEST, path: str = "/mcp"
) -> Result:
    """The same for the API of the harness, with a key of every scope."""
    key = api.workspace().live_key
    with served(api) as url:
        return talk_to(url + path, key, talk, mode=mode)


def send(
    api: Api, method: str, params: Any = None, *, path: str = "/mcp", **options: Any
) -> Answer:
    """The answer to one message, as an older client sends it."""
    headers = {"accept": "application/json, text/event-stream", **options.pop("headers", {})}
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    return api.post(path, message, headers=headers, **options)


def call(api: Api, tool: str, arguments: Any = None, **options: Any) -> dict[str, Any]:
    """The result of a tool, or the error."""
    answer = send(api, "tools/call", {"name": tool, "arguments": arguments or {}}, **options)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json.get("result") or answer.json["error"]
    return found
