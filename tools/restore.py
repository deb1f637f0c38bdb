"""`make restore`: restore the tables of a stack, and let the engine go on without sending twice.

    python -m tools.restore stop   --stack outrider
    python -m tools.restore copy   --stack outrider --prefix restored-1 [--at TIME] [--tables A,B]
    python -m tools.restore hold   --stack outrider --prefix restored-1 --since TIME --until TIME
    python -m tools.restore reread --stack outrider --since TIME
    python -m tools.restore start  --stack outrider

docs/backups.md has the order, and what is lost. Times are RFC 3339, such as 2026-03-02T09:00:00Z.
"""

import argparse
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

from outrider.campaigns.models import CLAIM_LEASE
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Table
from tools.deployments import CommandFailed, Deployment, run
from tools.restoring.inbound import reread
from tools.restoring.sends import Gap
from tools.restoring.tables import ALL, NAME, Copies

_SENDER = "StepsRunFunction"
_SETTLED = ("Enabled", "Disabled")


def main() -> None:
    asked = _parser().parse_args()
    deployment = Deployment.named(asked.stack)
    match asked.action:
        case "stop":
            switch(deployment, enabled=False)
            until = clock.to_text(datetime.now(UTC) + CLAIM_LEASE)
            print(f"No worker sends after {until}: wait until then, and keep this time.")
        case "start":
            switch(deployment, enabled=True)
            print("Steps are sent again.")
        case "copy":
            copies = _copies(deployment, asked.prefix)
            copies.restore(asked.at, asked.tables)
            for name, value in copies.parameters().items():
                print(f"{name}={value}")
        case "hold":
            for what, count in _hold(deployment, asked).items():
                print(f"{what}: {count:,}")
        case "reread":
            print(f"Emails that are read again: {_reread(deployment, asked.since):,}")


def switch(
    deployment: Deployment, *, enabled: bool, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Let the worker of steps get messages of its queue, or none; they stay there."""
    client = deployment.client("lambda")
    found = client.list_event_source_mappings(FunctionName=deployment.nested(_SENDER))
    for each in found["EventSourceMappings"]:
        client.update_event_source_mapping(UUID=each["UUID"], Enabled=enabled)
        while client.get_event_source_mapping(UUID=each["UUID"])["State"] not in _SETTLED:
            sleep(5)


def _hold(deployment: Deployment, asked: argparse.Namespace) -> dict[str, int]:
    copies = _copies(deployment, asked.prefix)
    if not copies.made():
        raise CommandFailed(f"no table is named {asked.prefix}-…: copy first, with this --prefix")
    tables = copies.parameters()["RestoredTables"].split(",")
    os.environ.update(
        {f"{name.upper()}_TABLE": table for name, table in zip(ALL, tables, strict=True)}
    )
    earlier = {} if asked.unreadable else _tables(copies)
    return Gap(asked.since, asked.until, earlier).close()


def _reread(deployment: Deployment, since: datetime) -> int:
    return reread(
        deployment.client("s3"),
        deployment.client("sqs"),
        deployment.outputs(deployment.nested("Data"))["FilesBucketName"],
        deployment.messaging().nested("InboundQueue"),
        since,
    )


def _tables(copies: Copies) -> dict[str, Table]:
    return {f"{name.lower()}_table": Table(copies.data[f"{name}{NAME}"]) for name in copies.made()}


def _copies(deployment: Deployment, prefix: str) -> Copies:
    data = deployment.outputs(deployment.nested("Data"))
    return Copies(deployment.client("dynamodb"), data, prefix)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.restore")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    stop = actions.add_parser("stop", help="let no worker get steps")
    copy = actions.add_parser("copy", help="restore tables under other names")
    hold = actions.add_parser("hold", help="tell the engine what it may have sent")
    again = actions.add_parser("reread", help="read emails again that came since then")
    start = actions.add_parser("start", help="let workers get steps again")
    for each in (stop, copy, hold, again, start):
        each.add_argument("--stack", default="outrider", help="name of the stack")
    for each in (copy, hold):
        each.add_argument("--prefix", required=True, help="first part of the names of the copies")
    for each in (hold, again):
        each.add_argument(
            "--since", type=_moment, required=True, help="the moment that was restored"
        )
    copy.add_argument("--at", type=_moment, help="moment to restore; the latest one if not given")
    copy.add_argument("--tables", type=_names, default=ALL, help="tables to copy; all by default")
    hold.add_argument("--until", type=_moment, required=True, help="when sending was stopped")
    hold.add_argument("--unreadable", action="store_true", help="the earlier tables are gone")
    return parser


def _moment(text: str) -> datetime:
    try:
        return clock.from_text(text)
    except ValueError as error:
        example = "such as 2026-03-02T09:00:00Z"
        raise argparse.ArgumentTypeError(f"{text!r} is no time {example}") from error


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - set(ALL):
        raise argparse.ArgumentTypeError(
            f"no table {', '.join(unknown)}; there are {', '.join(ALL)}"
        )
    return names


if __name__ == "__main__":
    run(main)
