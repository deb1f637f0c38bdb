"""The official clients of the protocol call every tool, with the examples of the routes."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from mcp.client import Client

from outrider.mcp.tools import Tool, tools
from tests.clients.serving import served
from tests.harness.api import Api
from tests.integration import endpoints
from tests.integration.examples import ENDPOINTS, Endpoint
from tests.mcp.connecting import HANDSHAKE, NEWEST, connected
from tests.mcp.typescript import ToolCall, TypeScriptClient, typescript_client

on_this_machine = endpoints.on_this_machine

BY_FUNCTION: dict[str, list[Endpoint]] = defaultdict(list)
for _endpoint in ENDPOINTS:
    if _tool := tools().get(_endpoint.route.handler.__name__):
        BY_FUNCTION[_tool.function].append(_endpoint)

each_function = pytest.mark.parametrize("function", sorted(BY_FUNCTION))


def arguments(api: Api, tool: Tool, endpoint: Endpoint) -> dict[str, Any]:
    """The arguments of an example, after its resources are created."""
    url = urlsplit(endpoint.path_to_own(api))
    template = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", tool.path)
    found = re.fullmatch(template, url.path)
    assert found
    return {
        **found.groupdict(),
        **dict(parse_qsl(url.query)),
        **(endpoint.body_of_own(api) or {}),
    }


def calls(api: Api, function: str) -> list[ToolCall]:
    """A call of each tool of a function."""
    called = [
        (tools()[endpoint.route.handler.__name__], endpoint) for endpoint in BY_FUNCTION[function]
    ]
    return [(tool.name, arguments(api, tool, endpoint)) for tool, endpoint in called]


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TypeScriptClient]:
    with typescript_client(tmp_path_factory.mktemp("typescript")) as client:
        yield client


class TestEveryTool:
    """Both clients hold each result against the schema."""

    def test_has_an_example(self) -> None:
        called = {
            endpoint.route.handler.__name__ for group in BY_FUNCTION.values() for endpoint in group
        }

        assert called == set(tools())

    @each_function
    def test_is_called_by_the_python_client(self, api: Api, function: str) -> None:
        made = calls(api, function)

        async def talk(client: Client) -> list[Any]:
            results = [(name, await client.call_tool(name, given)) for name, given in made]
            return [
                (name, result.content)
                for name, result in results
                if result.is_error or not result.structured_content
            ]

        assert connected(api, talk) == []

    @each_function
    def test_is_called_by_the_typescript_client(
        self, api: Api, function: str, typescript: TypeScriptClient
    ) -> None:
        headers = {"Authorization": f"Bearer {api.workspace().live_key}"}
        made = calls(api, function)

        with served(api) as url:
            assert typescript.carry_out(f"{url}/mcp", headers, made, version=NEWEST) == set(tools())


@pytest.mark.parametrize("mode", [HANDSHAKE, NEWEST, "auto"])
@pytest.mark.parametrize("path", ["/mcp", "/"])
def test_connects_in_every_version_and_at_both_paths(api: Api, mode: str, path: str) -> None:
    async def talk(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    assert connected(api, talk, mode=mode, path=path) == set(tools())
