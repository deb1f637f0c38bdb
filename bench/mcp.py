"""Benchmark of tool calls beside the requests that they stand for: `python -m bench.mcp [calls]`.

On a local stack of its own, warm, one after the other and in turn: the same route called over REST
and as a tool of the MCP server, through the gateway and the emulator's Lambda both times.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from bench import results
from bench.local_stack import Stack

CALLS = 200
WARM_UP = 20
MOST_RATIO = 2.0
"""How much longer than over REST the slow calls (p95) may take."""


def main(arguments: Sequence[str]) -> int:
    count = int(arguments[0]) if arguments else CALLS
    with Stack.running() as stack:
        contact = stack.post("/v1/contacts", {"email": "ada@example.com"})["id"]
        stack.post("/v1/contacts", {"contacts": _contacts(50)})
        pairs = [
            ("get_contact", f"/v1/contacts/{contact}", {"contact_id": contact}),
            ("list_contacts", "/v1/contacts?limit=50", {"limit": 50}),
        ]
        rows, ratios = [], []
        for tool, path, given in pairs:
            over_rest, as_tool = _measured(
                count, partial(stack.get, path), _tool(stack, tool, given)
            )
            ratios.append(_p95(as_tool) / _p95(over_rest))
            rows.append(
                [
                    tool,
                    *(f"{each:.1f}" for each in (statistics.median(over_rest), _p95(over_rest))),
                    *(f"{each:.1f}" for each in (statistics.median(as_tool), _p95(as_tool))),
                    f"{ratios[-1]:.2f}",
                ]
            )
    header = ["tool", "REST median", "REST p95", "MCP median", "MCP p95", "MCP p95 / REST p95"]
    text = f"Milliseconds, {count} calls each, in turn.\n\n{results.table(header, rows)}"
    results.keep("Tools beside REST", "python -m bench.mcp", text)
    return 0 if max(ratios) <= MOST_RATIO else 1


def _contacts(count: int) -> list[dict[str, str]]:
    return [
        {"email": f"ada{number}@example.com", "first_name": "Ada", "title": "Head of Sales"}
        for number in range(count)
    ]


def _tool(stack: Stack, name: str, given: object) -> Callable[[], object]:
    """Return a call of a tool in the newest version of the protocol, which has no handshake."""
    version = "2026-07-28"
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": name,
            "arguments": given,
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": version,
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    }
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp_protocol_version": version,
        "mcp_method": "tools/call",
        "mcp_name": name,
    }

    def call() -> object:
        answer = stack.reply("POST", "/mcp", message, **headers)
        assert answer.status == 200, answer
        result = answer.json["result"]
        assert not result["isError"], result
        return result

    return call


def _measured(count: int, *calls: Callable[[], object]) -> list[list[float]]:
    """Return the milliseconds of each call, which are made in turn."""
    times: list[list[float]] = [[] for _ in calls]
    for number in range(WARM_UP + count):
        for call, taken in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            if number >= WARM_UP:
                taken.append((time.perf_counter() - began) * 1_000)
    return times


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
