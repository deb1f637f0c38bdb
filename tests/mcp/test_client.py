"""The official client of the protocol calls every tool, with the examples of the routes."""

import re
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from mcp.client import Client
from mcp.types import CallToolResult

from outrider.mcp.tools import Tool, tools
from tests.harness.api import Api
from tests.integration import endpoints
from tests.integration.examples import ENDPOINTS, Endpoint
from tests.mcp.connecting import HANDSHAKE, NEWEST, connected

on_this_machine = endpoints.on_this_machine

BY_FUNCTION: dict[str, list[Endpoint]] = defaultdict(list)
for _endpoint in ENDPOINTS:
    if _tool := tools().get(_endpoint.route.handler.__name__):
        BY_FUNCTION[_tool.function].append(_endpoint)


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


class TestEveryTool:
    def test_has_an_example(self) -> None:
        called = {
            endpoint.route.handler.__name__ for group in BY_FUNCTION.values() for endpoint in group
        }

        assert called == set(tools())

    @pytest.mark.parametrize("function", sorted(BY_FUNCTION))
    def test_gives_what_its_schema_says(self, api: Api, function: str) -> None:
        """The client holds each result against the schema."""
        for endpoint in BY_FUNCTION[function]:
            tool = tools()[endpoint.route.handler.__name__]
            given = arguments(api, tool, endpoint)

            async def talk(
                client: Client, tool: Tool = tool, given: dict[str, Any] = given
            ) -> CallToolResult:
                return await client.call_tool(tool.name, given)

            result = connected(api, talk)

            assert not result.is_error, (tool.name, given, result.content)
            assert result.structured_content


@pytest.mark.parametrize("mode", [HANDSHAKE, NEWEST, "auto"])
@pytest.mark.parametrize("path", ["/mcp", "/"])
def test_connects_in_every_version_and_at_both_paths(api: Api, mode: str, path: str) -> None:
    async def talk(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    assert connected(api, talk, mode=mode, path=path) == set(tools())
