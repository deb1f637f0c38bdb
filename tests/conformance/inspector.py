"""Calls of the inspector's command line, which every client of MCP can be compared with."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from outrider.mcp.prompts import JOBS
from outrider.mcp.resources import STATE, pages
from outrider.mcp.tools import tools
from tests.conformance.suite import FOLDER, node
from tests.nodejs import modules

ERAS = ("legacy", "modern")
"""Of the protocol: with a handshake, and without."""


@dataclass(frozen=True, slots=True)
class InspectorCall:
    """A call, and what was wrong with its result."""

    era: str
    arguments: tuple[str, ...]
    wrong: str


@dataclass(frozen=True, slots=True)
class Expected:
    """The arguments of a call, and the length of a list in its result."""

    arguments: tuple[str, ...]
    field: str
    length: int

    def wrong(self, target: Sequence[str]) -> str:
        """Return what is wrong with the result of the call of a server, or nothing."""
        program = modules(FOLDER) / ".bin" / "mcp-inspector"
        done = node(program, "--cli", *target, *self.arguments)
        if done.returncode != 0:
            return f"exit status {done.returncode}: {done.stderr.strip()[-500:]}"
        result: dict[str, Any] = json.loads(done.stdout)
        if result.get("isError"):
            return f"an error: {done.stdout[:500]}"
        if len(result[self.field]) != self.length:
            return f"{len(result[self.field])} {self.field} instead of {self.length}"
        return done.stderr.strip()[:500] if "--strict" in self.arguments else ""


def calls(url: str, key: str) -> Iterator[InspectorCall]:
    """Yield each call, once it was made."""
    for era in ERAS:
        header = f"Authorization: Bearer {key}"
        target = (url, "--transport", "http", "--header", header, "--protocol-era", era)
        for expected in _all():
            yield InspectorCall(era, expected.arguments, expected.wrong(target))


def _all() -> Iterator[Expected]:
    yield Expected(("--method", "tools/list", "--strict"), "tools", len(tools()))
    yield Expected(("--method", "resources/list"), "resources", len(STATE) + len(pages()))
    yield Expected(("--method", "resources/templates/list"), "resourceTemplates", 0)
    for uri in [*STATE, next(iter(pages()))]:
        yield Expected(("--method", "resources/read", "--uri", uri), "contents", 1)
    yield Expected(("--method", "prompts/list"), "prompts", len(JOBS))
    for name, job in JOBS.items():
        given = (f"{argument}=x" for argument in job.arguments)
        get = ("--method", "prompts/get", "--prompt-name", name)
        yield Expected((*get, "--prompt-args", *given), "messages", 1)
    call = ("--method", "tools/call", "--tool-name", "list_contacts")
    yield Expected((*call, "--tool-arg", "limit=1"), "content", 1)
