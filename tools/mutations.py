"""Mutation testing of the engine: removes its conditions one by one, and checks that a test fails.

    python -m tools.mutations [--only WORD] [--jobs N]

The mutations are listed in `tests/mutations/`. Each is made in a copy of the repository, where the
tests that it names are run. Exits with 1 if one survives: a test is missing, or the condition is
redundant.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.mutation import Mutation
from tests.mutations.table import MUTATIONS

ROOT = Path(__file__).parents[1]
_LEFT_OUT = shutil.ignore_patterns(".*", "bench", "node_modules")
_LONGEST_S = 600
_FAILED = 1
"""Exit code of pytest if a test failed; any other code is no verdict."""


@dataclass(frozen=True, slots=True)
class Verdict:
    name: str
    killed: bool
    seconds: float
    output: str
    """End of the tests' output."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Take conditions away; a test must fail")
    parser.add_argument("--only", default="", help="those whose name has this word")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at the same time")
    asked = parser.parse_args(arguments)
    mutations = [each for each in MUTATIONS if asked.only in each.name]
    trees: SimpleQueue[Path] = SimpleQueue()
    survivors = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        for number in range(asked.jobs):
            trees.put(_copied(Path(folder) / str(number)))
        sound = _pytest(
            tree := trees.get(), sorted({test for each in mutations for test in each.tests})
        )
        trees.put(tree)
        if sound.returncode:
            print(sound.stdout)
            print("The tests fail without any mutation, or there is none of this name")
            return 1
        for verdict in pool.map(lambda each: _judged(each, trees), mutations):
            word = "killed" if verdict.killed else "SURVIVED"
            print(f"{word:8} {verdict.seconds:6.1f} s  {verdict.name}", flush=True)
            if not verdict.killed:
                survivors.append(verdict)
    for verdict in survivors:
        print(f"\n{verdict.name} survived:\n{verdict.output}")
    print(f"\n{len(mutations) - len(survivors)} of {len(mutations)} mutations were killed")
    return 1 if survivors else 0


def _copied(to: Path) -> Path:
    """Copy the repository, and return the copy. Bytecode keeps its time stamps, so it is not
    recompiled."""
    shutil.copytree(ROOT, to, ignore=_LEFT_OUT)
    return to


def _judged(mutation: Mutation, trees: "SimpleQueue[Path]") -> Verdict:
    tree, start = trees.get(), time.monotonic()
    try:
        with _mutated(tree, mutation):
            run = _pytest(tree, mutation.tests)
    except subprocess.TimeoutExpired:
        return Verdict(mutation.name, True, time.monotonic() - start, "")
    finally:
        trees.put(tree)
    seconds = time.monotonic() - start
    return Verdict(mutation.name, run.returncode == _FAILED, seconds, run.stdout[-2_000:])


@contextmanager
def _mutated(tree: Path, mutation: Mutation) -> Iterator[None]:
    before = {change.path: (tree / change.path).read_text() for change in mutation.changes}
    try:
        for change in mutation.changes:
            file = tree / change.path
            file.write_text(file.read_text().replace(change.old, change.new))
        yield
    finally:
        for path, text in before.items():
            (tree / path).write_text(text)


def _pytest(tree: Path, tests: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ,
        "CI": "1",  # the same examples each time
        "PYTHONPATH": str(tree / "layers/outrider"),
        "PYTHONDONTWRITEBYTECODE": "1",  # two mutations of a file may have its size and second
    }
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb", "short"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
