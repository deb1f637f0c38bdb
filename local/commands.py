"""Commands of a stage, run with their output in a log file."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.errors import CommandFailed
from local.home import REPOSITORY


def run(what: str, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str]) -> None:
    """Run a command in the repository. Raises CommandFailed, which names the log file."""
    with log.open("ab") as output:
        finished = subprocess.run(
            [str(word) for word in command],
            cwd=REPOSITORY,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode != 0:
        raise CommandFailed(what, log)


def environment(**changes: str) -> dict[str, str]:
    """Return this process's environment without variables that could lead a tool to a real AWS
    account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | changes
