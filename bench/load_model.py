"""Load model: how many emails a second each stage of a deployment carries, and which limit of AWS
binds it first. Writes the table of docs/scale.md.

    python -m bench.load_model [--workspaces 1000] [--enrollments 1000000] [--ses-rate 14]

Units of an email are those that `python -m bench.engine` measured last (RESULTS.md); limits are
AWS's defaults in us-east-1, with their sources.
"""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from bench import results
from bench.costs import put_in
from tools import templates

PAGE = Path(__file__).parents[1] / "docs" / "scale.md"
PARTITION = 1_000
"""Write units a second of a partition, or of an index's. Source:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"""
TABLE = 40_000
"""Write units a second of a table on demand, until the quota is raised. Source:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""
BUS = 10_000
"""Entries a second of PutEvents. Source:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""
RELAY = 800
"""Events a second that one lane of the relay takes from a shard (docs/adr/0051)."""
CALL, SEND = 0.007, 0.107
"""Assumed seconds of a call and of a send by SES, as in bench/prices.py."""
STEPS = 10
DAY = 86_400
_UNITS = re.compile(r"^\| (\w+)(?: `(.+?)` / `(.+?)`|, index (\w+)) +\| (\w+) +\| ([\d.]+) ", re.M)


@dataclass(frozen=True, slots=True)
class Size:
    workspaces: int
    enrollments: int
    ses_rate: float


@dataclass(frozen=True, slots=True)
class Stage:
    """`rate` is in emails a second, of everything or of one campaign or workspace (`of`)."""

    name: str
    limit: str
    of: str
    rate: float
    remedy: str


@dataclass(frozen=True, slots=True)
class Units:
    """Write units of an email by table, kind of key or index, and function."""

    rows: list[tuple[str, str, str, float]]

    @classmethod
    def measured(cls) -> "Units":
        text = results.RESULTS.read_text(encoding="utf-8")
        engine = text.partition("## The outreach engine")[2].partition("Read units:")[0]
        found = _UNITS.findall(engine)
        assert found, "RESULTS.md has no write units of an email"
        return cls(
            [
                (table, pk or f"index {index}", function, float(units))
                for table, pk, _, index, function, units in found
            ]
        )

    def of(self, table: str, place: str = "") -> float:
        """Return the units of a table, or of one kind of partition or index of it."""
        return sum(units for each, pk, _, units in self.rows if each == table and place in ("", pk))


def stages(size: Size, units: Units) -> list[Stage]:
    """Return all stages, the one that binds first at the beginning."""
    workers, batch = _workers("steps_run")
    shards = max(1, -(-size.enrollments // 50_000))
    of_a_campaign = units.of("enrollments", "ws#cam_…")
    found = [
        Stage(
            "sending",
            "SES: maximum send rate of the account",
            "all",
            size.ses_rate,
            "SES: ask for a higher sending rate, or add SMTP mailboxes",
        ),
        Stage(
            "steps",
            f"{workers} workers, {batch} emails each in a turn",
            "all",
            workers / (6 * CALL + SEND),
            "`MaximumConcurrency` of `steps_run`, then Lambda's quota of concurrent executions",
        ),
        Stage(
            "enrollments of a campaign",
            f"partition: {PARTITION:,} writes/s",
            "a campaign",
            PARTITION / of_a_campaign,
            "several campaigns; DynamoDB also splits a hot partition between contacts",
        ),
        Stage(
            "due index of a campaign",
            f"{shards} shards of {PARTITION:,} writes/s",
            "a campaign",
            shards * PARTITION / units.of("enrollments", "index by_due"),
            "a smaller `SHARD_SIZE`",
        ),
        Stage(
            "statistics of a campaign",
            f"partition: {PARTITION:,} writes/s",
            "a campaign",
            PARTITION / (units.of("campaigns", "ws#cam_…")),
            "several campaigns",
        ),
        Stage(
            "feed of a workspace",
            f"partition: {PARTITION:,} writes/s",
            "a workspace",
            PARTITION / units.of("events", "ws#feed"),
            "several workspaces",
        ),
        Stage(
            "relay",
            f"{RELAY} events/s from a shard of the stream, two events an email",
            "a shard",
            RELAY / 2,
            "more lanes (`ParallelizationFactor`); a busy table has many shards",
        ),
        *(
            Stage(
                f"table of {table}",
                f"quota: {TABLE:,} writes/s",
                "all",
                TABLE / units.of(table),
                "DynamoDB: write units of a table on demand",
            )
            for table in ("messages", "enrollments", "events", "contacts")
        ),
        Stage(
            "bus",
            f"PutEvents: {BUS:,} entries/s, 0.33 an email",
            "all",
            BUS / 0.33,
            "EventBridge: PutEvents a second",
        ),
    ]
    return sorted(found, key=lambda stage: stage.rate)


def demand(size: Size) -> str:
    """Return what the deployment has to carry, in words."""
    emails = size.enrollments * STEPS
    by_days = ", ".join(f"{emails / days / DAY:,.0f} a second over {days} days" for days in (7, 30))
    return (
        f"{size.enrollments:,} active enrollments with {STEPS} emails each in {size.workspaces:,}"
        f" workspaces are {emails:,} emails: {by_days}, if they go out around the clock."
    )


def table(size: Size, units: Units) -> str:
    rows = [
        [
            each.name,
            each.limit,
            each.of,
            f"{each.rate:,.0f}",
            f"{each.rate * DAY / 1e6:,.1f}",
            each.remedy,
        ]
        for each in stages(size, units)
    ]
    heads = ["stage", "limit", "of", "emails/s", "million a day", "to raise"]
    return f"{demand(size)}\n\n{results.table(heads, rows)}"


def _workers(function: str) -> tuple[int, int]:
    """Return how many workers a queue function may have at once, and its batch size."""
    (found,) = [each for each in templates.functions() if each.name == function]
    (queue,) = [event.properties for event in found.events if event.kind == "SQS"]
    _, with_room, _ = queue["ScalingConfig"]["MaximumConcurrency"]["Fn::If"]
    return int(with_room), int(queue["BatchSize"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load_model")
    parser.add_argument("--workspaces", type=int, default=1_000)
    parser.add_argument("--enrollments", type=int, default=1_000_000, help="active ones")
    parser.add_argument("--ses-rate", type=float, default=14, help="emails a second of the account")
    asked = parser.parse_args()
    text = table(Size(asked.workspaces, asked.enrollments, asked.ses_rate), Units.measured())
    PAGE.write_text(put_in(PAGE.read_text(encoding="utf-8"), {"model": text}), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
