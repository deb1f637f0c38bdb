"""`make migrate`: run the pending data migrations of a deployed stack to their end.

    python -m tools.migrate --stack outrider [--dry-run]

Prints the progress after each call of the stack's function. Can be stopped and started again at any
time, and run twice at the same time.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

from tools.deployments import Deployment, run

_WAIT = 5.0
"""Seconds to wait where another invocation works on all that is left."""
_NOTHING_LEFT = "Nothing is left to migrate."


def migrate(turn: Callable[[], Any], sleep: Callable[[float], None] = time.sleep) -> None:
    """Call `turn`, which returns a report of the function, until all is migrated."""
    scanned = -1
    while True:
        report = turn()
        for line in lines(report):
            print(line)
        if report["done"]:
            print(_NOTHING_LEFT)
            return
        before, scanned = scanned, sum(each["scanned"] for each in report["migrations"])
        if before == scanned:
            sleep(_WAIT)


def preview(report: dict[str, Any]) -> None:
    """Print what a dry run found."""
    for line in lines(report):
        print(line)
    print(_NOTHING_LEFT if report["done"] else "Nothing was changed.")


def lines(report: dict[str, Any]) -> list[str]:
    """Return a line for each migration of a report."""
    return [
        f"{each['number']} {each['name']}: {each['scanned']:,} items read, {each['changed']:,} to"
        f" change or changed, {each['segments_done']} of {each['segments']} segments"
        for each in report["migrations"]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.migrate")
    parser.add_argument("--stack", default="outrider", help="name of the stack")
    parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
    asked = parser.parse_args()
    deployment = Deployment.named(asked.stack)
    function = deployment.outputs()["MigrationsRunFunction"]
    if asked.dry_run:
        preview(deployment.invoke(function, {"dry_run": True}))
    else:
        migrate(lambda: deployment.invoke(function, {}))


if __name__ == "__main__":
    run(main)
