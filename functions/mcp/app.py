"""/mcp, and / for clients that are given only a host: the MCP server."""

from outrider.access.admission import admit
from outrider.kit.http.edge import Api
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer
from outrider.kit.settings import Environment, needs
from outrider.mcp.adapter import respond
from outrider.mcp.wiring import exchange

# Not `api`: what models call is described by the protocol, not in the OpenAPI document.
mcp = Api(admit)
handler = needs(Environment.keys_table, Environment.stack_name)(mcp.handler)


@mcp.post("/mcp", scope=None, status=200)
@mcp.post("/", scope=None, status=200)
def exchange_messages(request: Request) -> Answer:
    """Answer a message of an MCP client"""
    made = exchange(request)
    answer = respond(request, made)
    return Answer(answer.status, answer.body, answer.media, made.caller.headers | answer.headers)
