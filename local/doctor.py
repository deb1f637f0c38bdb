"""Diagnosis of a deployment as a table: `python -m local.doctor [--stack NAME] [--region REGION]`.

Without a stack it is the local one, which must run. The checks are those of the operator's function
(`diagnose`); whoever calls it needs `lambda:InvokeFunction` on it and
`cloudformation:DescribeStackResource`. The exit code is 1 if a check is failing.
"""

import argparse
import json
import sys
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from local.emulator import REGION
from local.errors import LocalStackError
from local.home import Home, read_json
from local.processed import STACK

_COLOURS = {"failing": "bold red", "warning": "yellow", "unknown": "dim", "ok": "green"}
_PATIENCE = Config(read_timeout=60, retries={"max_attempts": 2, "mode": "standard"})


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.doctor", description=__doc__)
    parser.add_argument("--stack", default="", help="name of a deployed stack")
    parser.add_argument("--region", default="", help="its region, by default that of your profile")
    given = parser.parse_args(arguments)
    console = Console()
    try:
        diagnosis = diagnose(given.stack, given.region)
    except (BotoCoreError, ClientError, LocalStackError) as error:
        Console(stderr=True).print(f"outrider: {error}", markup=False)
        return 2
    console.print(as_table(diagnosis))
    return int(diagnosis["state"] == "failing")


def diagnose(stack: str, region: str) -> dict[str, Any]:
    """Return the diagnosis of a deployed stack, or of the local one. Raises LocalStackError if that
    does not run or the function failed; ClientError, BotoCoreError."""
    options: dict[str, Any] = {"region_name": region or None, "config": _PATIENCE}
    if not stack:
        stack = STACK
        options |= {
            "endpoint_url": _running(Home.from_environment()),
            "region_name": REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
    found = boto3.client("cloudformation", **options).describe_stack_resource(
        StackName=stack, LogicalResourceId="AdminFunction"
    )
    reply = boto3.client("lambda", **options).invoke(
        FunctionName=found["StackResourceDetail"]["PhysicalResourceId"],
        Payload=json.dumps({"action": "diagnose"}).encode(),
    )
    answer: dict[str, Any] = json.loads(reply["Payload"].read())
    if "FunctionError" in reply or "findings" not in answer:
        raise LocalStackError(f"the operator's function failed: {answer}")
    return answer


def _running(home: Home) -> str:
    """Return the URL of the emulator of the local stack. Raises LocalStackError if it does not
    run."""
    url: str | None = read_json(home.local_json).get("aws_endpoint_url")
    if url is None:
        raise LocalStackError("no local stack runs: start it with `make up`, or name one: STACK=…")
    return url


def as_table(diagnosis: dict[str, Any]) -> Table:
    """Return the findings as a table, the worst first."""
    order = list(_COLOURS)
    table = Table(title=f"{diagnosis['stack']}: {diagnosis['state']}", title_justify="left")
    for heading in ("check", "state", "seen", "how to mend it"):
        table.add_column(heading, overflow="fold")
    for finding in sorted(diagnosis["findings"], key=lambda each: order.index(each["state"])):
        table.add_row(
            finding["check"],
            f"[{_COLOURS[finding['state']]}]{finding['state']}[/]",
            _escaped(finding["seen"]),
            _escaped(finding["mend"]),
        )
    return table


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
