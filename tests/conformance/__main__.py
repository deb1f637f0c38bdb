"""`make conformance`: the official conformance suite and the official inspector against the MCP
server of a local stack, and against the suite's own tools behind the same adapter.

    python -m tests.conformance [--verbose]

Runs a stack of its own. Ends with exit status 1 where a scenario fails that exceptions.yaml does
not have, where one passes that it has, and where a call of the inspector fails.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.results import table
from tests.conformance import inspector, reference, suite
from tests.conformance.forwarding import with_key
from tests.conformance.suite import SuiteRun
from tests.e2e.running import LocalStack, free_port
from tests.nodejs import modules


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("--verbose", action="store_true", help="print what the suite prints")
    is_verbose = parser.parse_args(arguments).verbose
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the stack is stopped then too
    modules(suite.FOLDER)
    with tempfile.TemporaryDirectory(prefix="outrider-conformance-") as home:
        stack = LocalStack(Path(home), free_port())
        try:
            stack.up()
            runs = [_of_product(stack, revision) for revision in suite.REVISIONS]
            calls = list(inspector.calls(stack.local["mcp_url"], _key(stack)))
        finally:
            stack.down()
    runs += [_of_reference(revision) for revision in suite.REVISIONS]
    for run in runs:
        if is_verbose or not run.is_green:
            print(run.output)
    print(_table(runs))
    wrong = [call for call in calls if call.wrong]
    print(f"\nInspector: {len(calls) - len(wrong)} of {len(calls)} calls as they must be")
    for call in wrong:
        print(f"wrong, {call.era}: {' '.join(call.arguments)}: {call.wrong}")
    return 1 if wrong or not all(run.is_green for run in runs) else 0


def _of_product(stack: LocalStack, revision: str) -> SuiteRun:
    with (
        tempfile.TemporaryDirectory() as folder,
        with_key(stack.local["mcp_url"], _key(stack)) as url,
    ):
        return suite.run(url, "product", revision, Path(folder))


def _of_reference(revision: str) -> SuiteRun:
    with tempfile.TemporaryDirectory() as folder, reference.served() as url:
        return suite.run(url, "reference", revision, Path(folder))


def _key(stack: LocalStack) -> str:
    """A new key, which has a rate limit of its own."""
    created = stack.call("POST", "/v1/api-keys", {"name": "Conformance", "scopes": ["*"]})
    key: str = created.json["key"]
    return key


def _table(runs: Sequence[SuiteRun]) -> str:
    by_name = [{result.scenario: str(result) for result in run.results} for run in runs]
    names = sorted({name for results in by_name for name in results})
    rows = [[name, *(results.get(name, "-") for results in by_name)] for name in names]
    return table(["scenario", *(f"{run.server} {run.revision}" for run in runs)], rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
