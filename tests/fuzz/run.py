"""`make fuzz`: the API's document against the API, by Schemathesis.

    python -m tests.fuzz.run [--seed N] [--minutes N | --rounds N] [--examples N] [--phases P,P]

A round is one run of Schemathesis with a seed over every operation of the document; the next round
has the next seed. Nothing is called but the server beside it (`server.py`). The run fails for
whatever Schemathesis finds, for what the server saw of two workspaces that tell of each other, of
workers that fail and of events that are not as documented, where fewer than 95 % of the calls were
let in, and for an operation that no call reached.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

from local.home import REPOSITORY, Home
from local.tools import SCHEMATHESIS

ADMITTED = 0.95
SAME, RANDOM = ("examples", "coverage"), ("fuzzing", "stateful")
"""Phases of Schemathesis. For every seed the same: the document's examples, and requests at the
bounds of each schema. At random: requests that are made up, and rows of calls that lead to one
another."""
_DOCUMENT = REPOSITORY / "functions" / "site" / "openapi.json"
_SETTINGS = Path(__file__).parent / "schemathesis.toml"


@dataclass(frozen=True, slots=True)
class Round:
    """What one run found. The words `asked` ask for it, `report` is what the server saw."""

    asked: str
    output: str
    passed: bool
    report: dict[str, Any]

    @property
    def admitted(self) -> float:
        """The share of the calls that were let in."""
        calls = self.report["calls"]
        return (calls - self.report["refused"]) / calls if calls else 0.0

    @property
    def left_out(self) -> list[str]:
        """The operations of the document that were not called."""
        paths = json.loads(_DOCUMENT.read_text(encoding="utf-8"))["paths"]
        known = {f"{method.upper()} {path}" for path in paths for method in paths[path]}
        return sorted(known - self.report["operations"].keys())

    @property
    def holds(self) -> bool:
        right = self.passed and not self.report["wrong"] and not self.left_out
        return right and self.admitted >= ADMITTED

    def said(self) -> str:
        """Return the outcome in a line, followed by all that is wrong."""
        calls, compared = self.report["calls"], self.report["compared"]
        line = (
            f"{self.asked}: {calls:,} calls, {self.admitted:.1%} let in, {compared:,} compared"
            f" between two workspaces: {'as documented' if self.holds else 'FAILED'}\n"
        )
        if self.holds:
            return line
        if self.left_out:
            line += f"never called: {', '.join(self.left_out)}\n"
        again = f"Again: make fuzz ARGS='{self.asked} --rounds 1'\n"
        return "\n\n".join([line, self.output, *self.report["wrong"], again])


def fuzz(seed: int, examples: int, phases: Sequence[str]) -> Round:
    """Run Schemathesis once, with so many examples for each operation."""
    home = Home.from_environment()
    home.make()
    SCHEMATHESIS.install(home)
    with TemporaryDirectory(prefix="outrider-fuzz-") as folder, _server(seed, Path(folder)) as told:
        here = Path(folder)
        command = [
            str(SCHEMATHESIS.bin / "st"),
            *("--config-file", str(_SETTINGS)),
            *("run", "--header", f"Authorization: Bearer {told['keys']['acme']}"),
            *(str(_DOCUMENT), "--url", f"http://127.0.0.1:{told['port']}"),
            *("--seed", str(seed), "--max-examples", str(examples)),
            *("--phases", ",".join(phases), "--no-color"),
        ]
        environment = {
            **os.environ,
            "FUZZ_TOLD": str(here / "told"),
            "FUZZ_HITS": str(here / "hits"),
            "FUZZ_SEED": str(seed),
            "PYTHONPATH": str(REPOSITORY),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
            "PYTHONHASHSEED": "0",
        }
        done = subprocess.run(
            command, cwd=here, env=environment, capture_output=True, text=True, check=False
        )
        with urlopen(f"http://127.0.0.1:{told['port']}/-/report") as answer:
            report = json.load(answer)
    asked = f"--seed {seed} --examples {examples} --phases {','.join(phases)}"
    return Round(asked, done.stdout + done.stderr, done.returncode == 0, report)


@contextmanager
def _server(seed: int, folder: Path) -> Iterator[dict[str, Any]]:
    """The server of `server.py`, and what it tells of itself."""
    told = folder / "told"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.server", str(seed), str(told)],
            cwd=REPOSITORY,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        while not (told.exists() and told.stat().st_size):
            if process.poll() is not None:
                raise SystemExit((folder / "server.log").read_text(encoding="utf-8"))
            time.sleep(0.2)
        yield json.loads(told.read_text(encoding="utf-8"))
    finally:
        process.kill()
        process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=10, help="no round begins after them")
    parser.add_argument("--rounds", type=int, help="so many, however long they take")
    parser.add_argument("--examples", type=int, default=10, help="for each operation and round")
    parser.add_argument("--phases", help="by default all in the first round, then those at random")
    given = parser.parse_args()
    ends_at = time.monotonic() + given.minutes * 60
    done = 0
    while done < given.rounds if given.rounds else not done or time.monotonic() < ends_at:
        seed = given.seed + done
        sys.stdout.write(f"seed {seed}\n")
        sys.stdout.flush()
        phases = given.phases.split(",") if given.phases else RANDOM if done else SAME + RANDOM
        result = fuzz(seed, given.examples, phases)
        sys.stdout.write(result.said())
        sys.stdout.flush()
        if not result.holds:
            return 1
        done += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
