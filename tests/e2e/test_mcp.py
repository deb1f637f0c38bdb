"""The MCP server on the local stack, with the layer and the roles that are deployed."""

import pytest
from mcp.client import Client

from outrider.mcp.tools import tools
from tests.e2e.running import LocalStack
from tests.mcp.connecting import HANDSHAKE, NEWEST, talk_to

READ_ONLY = sorted(
    tool.name for tool in tools().values() if tool.is_read_only and not tool.input["required"]
)


class TestServer:
    @pytest.mark.parametrize("mode", [HANDSHAKE, NEWEST])
    def test_calls_the_functions_of_its_tools(self, stack: LocalStack, mode: str) -> None:
        async def talk(client: Client) -> dict[str, str]:
            results = {name: await client.call_tool(name, {}) for name in READ_ONLY}
            return {name: str(each.content) for name, each in results.items() if each.is_error}

        new_key = {"name": "MCP", "scopes": ["*"]}  # with a rate limit of its own
        key = stack.call("POST", "/v1/api-keys", new_key).json["key"]

        assert talk_to(stack.local["mcp_url"], key, talk, mode=mode) == {}

    def test_is_reached_by_a_client_that_is_given_a_host_and_a_key(self, stack: LocalStack) -> None:
        """Clients written for Outboundrix are given no path."""

        async def talk(client: Client) -> set[str]:
            return {tool.name for tool in (await client.list_tools()).tools}

        assert talk_to(stack.local["base_url"], stack.local["test_key"], talk) == set(tools())
