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
from tools.deployments import Deployment
from tools.restoring.inbound import reread
from tools.restoring.sends import Gap
from tools.restoring.tables import ALL, NAME, Copies

_SENDER = "StepsRunFunction"
_SETTLED = ("Enabled", "Disabled")


def main() -> None:
    asked = _parsed()
    deployment = Deployment.named(asked.stack)
    match asked.action:
        case "stop":
            switch(deployment, enabled=False)
            until = clock.to_text(datetime.now(UTC) + CLAIM_LEASE)
            print(f"No worker sends after {until}: wait until then, and keep this time")
        case "start":
            switch(deployment, enabled=True)
        case "copy":
            copies, names = _copies(deployment, asked.prefix), tuple(asked.tables.split(","))
            copies.restore(clock.from_text(asked.at) if asked.at else None, names)
            for name, value in copies.parameters().items():
                print(f"{name}={value}")
        case "hold":
            print(_hold(deployment, asked))
        case "reread":
            print(f"{_reread(deployment, clock.from_text(asked.since))} emails are read again")


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
    tables = copies.parameters()["RestoredTables"].split(",")
    os.environ.update(
        {f"{name.upper()}_TABLE": table for name, table in zip(ALL, tables, strict=True)}
    )
    earlier = {} if asked.unreadable else _tables(copies)
    since, until = (clock.from_text(each) for each in (asked.since, asked.until))
    return Gap(since, until, earlier).close()


def _reread(deployment: Deployment, since: datetime) -> int:
    messaging = Deployment(deployment.nested("Messaging"), deployment.session)
    return reread(
        deployment.client("s3"),
        deployment.client("sqs"),
        deployment.outputs(deployment.nested("Data"))["FilesBucketName"],
        messaging.nested("InboundQueue"),
        since,
    )


def _tables(copies: Copies) -> dict[str, Table]:
    return {f"{name.lower()}_table": Table(copies.data[f"{name}{NAME}"]) for name in copies.made()}


def _copies(deployment: Deployment, prefix: str) -> Copies:
    data = deployment.outputs(deployment.nested("Data"))
    return Copies(deployment.client("dynamodb"), data, prefix)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.restore")
    parser.add_argument("action", choices=["stop", "copy", "hold", "reread", "start"])
    parser.add_argument("--stack", default="outrider", help="name of the stack")
    parser.add_argument("--prefix", default="", help="first part of the names of the copies")
    parser.add_argument("--at", default="", help="moment to restore; the latest one if not given")
    parser.add_argument("--tables", default=",".join(ALL), help="tables to copy; all by default")
    parser.add_argument("--since", default="", help="the moment that was restored")
    parser.add_argument("--until", default="", help="when sending was stopped")
    parser.add_argument("--unreadable", action="store_true", help="the earlier tables are gone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
