"""The MCP server on the local stack, with the layer and the roles that are deployed."""

import json
from pathlib import Path

import pytest
from mcp.client import Client

from outrider.mcp.tools import tools
from tests.e2e.running import LocalStack
from tests.mcp.connecting import HANDSHAKE, NEWEST, talk_to
from tests.mcp.typescript import ToolCall, typescript_client

READ_ONLY = sorted(
    tool.name for tool in tools().values() if tool.is_read_only and not tool.input["required"]
)
CONFIGURATION = """{
  "mcpServers": {
    "outboundrix": {
      "url": "https://mcp.outboundrix.io",
      "headers": {
        "Authorization": "Bearer obx_live_sk_XXXXXXXX"
      }
    }
  }
}"""
"""As Outboundrix's documentation prints it."""


class TestServer:
    @pytest.mark.parametrize("mode", [HANDSHAKE, NEWEST])
    def test_calls_the_functions_of_its_tools(self, stack: LocalStack, mode: str) -> None:
        async def talk(client: Client) -> dict[str, str]:
            results = {name: await client.call_tool(name, {}) for name in READ_ONLY}
            return {name: str(each.content) for name, each in results.items() if each.is_error}

        assert talk_to(stack.local["mcp_url"], new_key(stack), talk, mode=mode) == {}

    @pytest.mark.parametrize("version", ["", NEWEST])
    def test_takes_the_configuration_of_outboundrix_with_another_host_and_key(
        self, stack: LocalStack, tmp_path: Path, version: str
    ) -> None:
        text = CONFIGURATION.replace("https://mcp.outboundrix.io", stack.local["base_url"])
        configuration = json.loads(text.replace("obx_live_sk_XXXXXXXX", new_key(stack)))
        server = configuration["mcpServers"]["outboundrix"]
        calls: list[ToolCall] = [(name, {}) for name in READ_ONLY]

        with typescript_client(tmp_path) as client:
            listed = client.carry_out(server["url"], server["headers"], calls, version=version)

        assert listed == set(tools())


def new_key(stack: LocalStack) -> str:
    """A key with a rate limit of its own."""
    created = stack.call("POST", "/v1/api-keys", {"name": "MCP", "scopes": ["*"]})
    key: str = created.json["key"]
    return key
