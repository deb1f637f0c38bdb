"""The official TypeScript client of the protocol, in a process that stays."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.nodejs import NODE, modules

_FOLDER = Path(__file__).parent
_PROGRAM = "client.mjs"
ToolCall = tuple[str, dict[str, Any]]
"""Name and arguments of a tool."""


@dataclass(frozen=True, slots=True)
class TypeScriptClient:
    """The client; each job is a connection of its own."""

    process: subprocess.Popen[str]

    def carry_out(
        self,
        url: str,
        headers: Mapping[str, str],
        calls: Sequence[ToolCall] = (),
        *,
        version: str = "",
    ) -> set[str]:
        """Return the names of all tools that a server lists, after calling some of them. `version`
        is that of the protocol, else one with a handshake. Raises AssertionError with each result
        that is an error, or not what the schema says."""
        assert self.process.stdin
        assert self.process.stdout
        job = {
            "url": url,
            "headers": dict(headers),
            "version": version,
            "calls": [{"name": name, "arguments": arguments} for name, arguments in calls],
        }
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        assert answer["wrong"] == []
        return set(answer["tools"])


@contextmanager
def typescript_client(folder: Path) -> Iterator[TypeScriptClient]:
    """The client inside the block; `folder` is empty, for its program and packages."""
    (folder / "node_modules").symlink_to(modules(_FOLDER))
    (folder / _PROGRAM).write_text((_FOLDER / _PROGRAM).read_text(encoding="utf-8"))
    with subprocess.Popen(
        [NODE, folder / _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield TypeScriptClient(process)
        assert process.stdin
        process.stdin.close()
