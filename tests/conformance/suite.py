"""The conformance suite of the Model Context Protocol, run against a server."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.nodejs import NODE, modules

FOLDER = Path(__file__).parent
REVISIONS = ("2026-07-28", "2025-11-25")
"""Of the protocol, each with the scenarios that it required when it was released."""

_NAME = re.compile(r"server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z")
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What a server may fail in a revision, by a reason each."""

    reasons: dict[str, str]
    """By scenario, or `scenario:check`."""

    @classmethod
    def read(cls, server: str, revision: str) -> "Exceptions":
        """Return those of a server that `exceptions.yaml` has."""
        groups = yaml.safe_load((FOLDER / "exceptions.yaml").read_text(encoding="utf-8"))
        return cls(
            {name: group["reason"] for group in groups[server] for name in group.get(revision, [])}
        )

    def of(self, scenario: str, check: str) -> str:
        """Return the reason why a check may fail, or nothing."""
        return self.reasons.get(scenario) or self.reasons.get(f"{scenario}:{check}", "")


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What became of the checks of a scenario."""

    scenario: str
    passed: int
    excepted: int
    failed: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{self.passed} passed"] if self.passed else []
        parts += [f"{self.excepted} excepted"] if self.excepted else []
        parts += [f"FAILED {', '.join(self.failed)}"] if self.failed else []
        return ", ".join(parts) or "nothing to check"


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run: the results of its scenarios, and whether the suite itself is content."""

    server: str
    revision: str
    results: tuple[ScenarioResult, ...]
    output: str
    is_green: bool


def run(url: str, server: str, revision: str, folder: Path) -> SuiteRun:
    """Run what a revision requires against the server at a URL; `server` names its exceptions.
    Reports go to `folder`."""
    exceptions = Exceptions.read(server, revision)
    baseline = folder / "expected.yaml"
    baseline.write_text(yaml.safe_dump({"server": sorted(exceptions.reasons)}), encoding="utf-8")
    reports = folder / "reports"
    suite = "@modelcontextprotocol/conformance/dist/index.js"
    done = node(
        modules(FOLDER) / suite,
        *("server", "--url", url, "--requirements", revision),
        *("--expected-failures", baseline, "--output-dir", reports),
    )
    results = tuple(_results(reports, exceptions))
    failed = any(result.failed for result in results)
    is_green = done.returncode == 0 and bool(results) and not failed
    return SuiteRun(server, revision, results, done.stdout + done.stderr, is_green)


def node(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the packages in package.json."""
    return subprocess.run(
        [str(word) for word in (NODE, *command)],
        cwd=FOLDER,
        env={**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _results(reports: Path, exceptions: Exceptions) -> Iterator[ScenarioResult]:
    for report in sorted(reports.glob("*/checks.json")):
        found = _NAME.fullmatch(report.parent.name)
        assert found, report
        checks = json.loads(report.read_text(encoding="utf-8"))
        yield _result(found[1], checks, exceptions)


def _result(
    scenario: str, checks: Sequence[dict[str, Any]], exceptions: Exceptions
) -> ScenarioResult:
    wrong = [check["id"] for check in checks if check["status"] in ("FAILURE", "WARNING")]
    failed = tuple(sorted({check for check in wrong if not exceptions.of(scenario, check)}))
    passed = sum(check["status"] == "SUCCESS" for check in checks)
    return ScenarioResult(
        scenario, passed, sum(1 for check in wrong if check not in failed), failed
    )
