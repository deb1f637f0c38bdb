"""Mutation testing of the core rules: makes every small change, and counts how often a test fails.

    python -m tools.mutants [--only RULE] [--sample N] [--seed S] [--jobs N]

`tests/mutations/core.py` names the rules and their tests. The tests are imported once and run
against each mutant in a fork of that process. Exits with 1 if too few mutants of a rule are killed,
and lists the survivors: a test is missing there, or the code has no effect.
"""

import argparse
import importlib
import io
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings

from tests.mutations.core import LEAST_KILLED, RULES, Rule
from tools.mutators import Mutant, mutants_of

_OPTIONS = [
    *("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb", "no", "--no-header"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # imported in the process before
]
_LONGEST = 10
"""Time limit for a mutant as a multiple of the time without mutation; exceeding it is a kill."""
_PASSED = 0


@dataclass(frozen=True, slots=True)
class Score:
    """Result of the mutants of one rule."""

    name: str
    tried: int
    survivors: list[Mutant]

    @property
    def killed(self) -> float:
        return 1 - len(self.survivors) / self.tried


class NoVerdict(Exception):
    """Failure of the tests without any mutation."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Mutate the core rules; a test must fail")
    parser.add_argument("--only", default="", help="the rule of this name")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each; 0 is all")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at the same time")
    asked = parser.parse_args(arguments)
    os.environ["CI"] = "1"  # the same examples each time
    scores = [
        _scored(name, rule, asked.sample, asked.seed, asked.jobs)
        for name, rule in RULES.items()
        if asked.only in ("", name)
    ]
    for score in scores:
        print(f"\n{score.name}: {score.tried - len(score.survivors)} of {score.tried} killed")
        for mutant in score.survivors:
            print(f"  {mutant}")
    print()
    for score in scores:
        print(f"{score.killed:6.1%}  {score.name}")
    return 1 if any(score.killed < LEAST_KILLED for score in scores) else 0


def _scored(name: str, rule: Rule, sample: int, seed: int, jobs: int) -> Score:
    mutants = [each for module in rule.modules for each in mutants_of(module)]
    if sample and sample < len(mutants):
        mutants = random.Random(seed).sample(mutants, sample)  # noqa: S311
    _import_tests(rule)
    seconds = _seconds_without_mutation(name, rule)
    print(f"{name}: {len(mutants)} mutants, {seconds:.1f} s each", flush=True)
    survivors, waiting = [], iter(mutants)
    running = {_started(each, rule): each for each in islice(waiting, jobs)}
    limit = round(seconds * _LONGEST) + 10
    started = dict.fromkeys(running, time.monotonic())
    while running:
        pid, code = _ended(started, limit)
        mutant = running.pop(pid)
        if code == _PASSED:
            survivors.append(mutant)
            print(f"  survived: {mutant}", flush=True)
        for following in islice(waiting, 1):
            new = _started(following, rule)
            running[new], started[new] = following, time.monotonic()
    return Score(name, len(mutants), survivors)


def _import_tests(rule: Rule) -> None:
    """Import the tests in this process, so that forks need not. Raises NoVerdict if that fails."""
    with redirect_stdout(io.StringIO()) as output:
        code = pytest.main(["--collect-only", *_OPTIONS, *rule.tests])
    if code != pytest.ExitCode.OK:
        raise NoVerdict(output.getvalue())


def _seconds_without_mutation(name: str, rule: Rule) -> float:
    start = time.monotonic()
    _, status = os.waitpid(_started(None, rule), 0)
    if os.waitstatus_to_exitcode(status) != _PASSED:
        raise NoVerdict(f"The tests of {name} fail without any mutation: {' '.join(rule.tests)}")
    return time.monotonic() - start


def _started(mutant: Mutant | None, rule: Rule) -> int:
    """Run the tests in a fork with the mutant, and return its pid."""
    if pid := os.fork():
        return pid
    os.setpgid(0, 0)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        with redirect_stdout(nowhere), redirect_stderr(nowhere):
            code = 1
            try:
                if mutant:
                    apply(mutant)
                code = int(pytest.main([*_OPTIONS, *rule.tests], [_NoShrinking()]))
            finally:
                os._exit(code)


class _NoShrinking:
    """Pytest plugin that disables Hypothesis' shrinking: any failing example kills the mutant."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            test = getattr(item.obj, "__func__", getattr(item, "obj", None))  # type: ignore[attr-defined]
            if used := getattr(test, "_hypothesis_internal_use_settings", None):
                test._hypothesis_internal_use_settings = settings(  # type: ignore[union-attr]
                    used, phases=[Phase.explicit, Phase.generate], database=None
                )


def _ended(started: dict[int, float], limit: int) -> tuple[int, int]:
    """Wait until a fork ends, killing those beyond the time limit; return its pid and exit code."""
    while True:
        for pid, start in started.items():
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del started[pid]
                return pid, os.waitstatus_to_exitcode(status)
            if time.monotonic() - start > limit:
                os.killpg(pid, signal.SIGKILL)
        time.sleep(0.02)


def apply(mutant: Mutant) -> None:
    """Replace the code of the mutant's module.

    Functions keep their identity and get other code, so the mutant also takes effect where they
    were imported; a module constant is replaced wherever it was imported.
    """
    module = importlib.import_module(mutant.module)
    codes = dict(_codes(mutant.code))
    for function in _functions(module):
        if new := codes.get(function.__qualname__):
            function.__code__ = new
    if mutant.constant:
        old = getattr(module, mutant.constant)
        changed: dict[str, Any] = {"__name__": mutant.module, "__file__": module.__file__}
        exec(mutant.code, changed)  # noqa: S102
        for other in list(sys.modules.values()):
            for name, value in list(vars(other).items()) if other else ():
                if value is old and name == mutant.constant:
                    setattr(other, name, changed[mutant.constant])


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each.co_qualname, each
            yield from _codes(each)


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Yield the functions of a module and its classes, without their decorators."""
    waiting: list[Any] = [
        each
        for each in vars(module).values()
        if getattr(each, "__module__", None) == module.__name__
    ]
    while waiting:
        each = waiting.pop()
        if isinstance(each, type):
            waiting += vars(each).values()
        elif isinstance(each, property):
            waiting += [each.fget, each.fset]
        elif isinstance(each, classmethod | staticmethod) or hasattr(each, "__wrapped__"):
            waiting.append(each.__wrapped__)
        elif isinstance(each, FunctionType):
            yield each


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
