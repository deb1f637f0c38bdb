"""Factory of the exchanges of the MCP server."""

from outrider.access.admission import identify
from outrider.kit import json
from outrider.kit.http.requests import Request
from outrider.mcp.calls import Calls
from outrider.mcp.invoking import invoke
from outrider.mcp.server import Exchange

_FAMILY = "mcp"
_LEADING_ON = ("tools/call", "resources/read")
"""Methods that lead to a route of the API, which counts the call."""


def exchange(request: Request) -> Exchange:
    """Return the exchange of an MCP request. Raises MissingAuth, InvalidApiKey, PlanRequired,
    RateLimited, StoreFailed."""
    family = None if _method(request.body) in _LEADING_ON else _FAMILY
    return Exchange(identify(request, family), Calls(request, invoke))


def _method(body: bytes) -> object:
    """Return the method of a JSON-RPC message, if it is one."""
    try:
        message = json.loads(body)
    except ValueError:
        return None
    return message.get("method") if isinstance(message, dict) else None
