"""DynamoDB streams: what was written since the test began, for each function that subscribes."""

import json
import zlib
from dataclasses import dataclass, replace
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from outrider.kit.aws.attributes import Item, decode_item
from tests.harness import repairs
from tests.harness.patterns import matches
from tests.harness.stack import ACCOUNT, REGION, Stack


@dataclass(slots=True)
class Subscription:
    """`position` is how many records of the stream the function has been given."""

    function: str
    stream: str
    patterns: list[dict[str, Any]]
    batch_size: int
    position: int = 0
    shard: int = 0
    shards: int = 1

    def has(self, record: dict[str, Any]) -> bool:
        """Whether a record of the table is in this shard."""
        pk = record["dynamodb"]["Keys"]["pk"]["S"]
        return (zlib.crc32(pk.encode()) >> 16) % self.shards == self.shard


@dataclass(frozen=True, slots=True)
class TableChange:
    """An item before and after; None where it was not there."""

    table: str
    pk: str
    sk: str
    before: Item | None
    after: Item | None

    @property
    def fields(self) -> set[str]:
        """The names of the attributes that differ."""
        before, after = self.before or {}, self.after or {}
        return {each for each in before | after if before.get(each) != after.get(each)}


class Streams:
    """Everything is given once and in order, unless a test says otherwise."""

    def __init__(self, stack: Stack) -> None:
        self._declared = [
            Subscription(
                function.name,
                stack.resolve(event.properties["Stream"]),
                [
                    json.loads(each["Pattern"])
                    for each in event.properties.get("FilterCriteria", {}).get("Filters", [])
                ],
                event.properties.get("BatchSize", 100),
            )
            for function in stack.functions.values()
            for event in function.events
            if event.kind == "DynamoDB"
        ]
        self.subscriptions = list(self._declared)
        self.times = 1
        """How often each batch is given."""
        self.tables = list(dynamodb_backends[ACCOUNT][REGION].tables.values())
        self._by_arn = {
            table.describe()["TableDescription"]["LatestStreamArn"]: table
            for table in self.tables
            if table.stream_shard
        }

    def of(self, table: Table) -> list[Any]:
        """The records of a table's stream, oldest first."""
        return table.stream_shard.items if table.stream_shard else []

    def repeat(self) -> None:
        """Give each batch twice, as a stream does when it did not hear that it was handled."""
        self.times = 2

    def split(self) -> None:
        """Split each stream into two shards and give the second first: items of one partition keep
        their order, those of different ones have none."""
        self.subscriptions = [
            replace(each, shard=shard, shards=2)
            for shard in (1, 0)
            for each in reversed(self.subscriptions)
        ]

    def begin(self) -> None:
        """Forget what was written before, in the tables too."""
        repairs.empty(self.tables)
        self.subscriptions = list(self._declared)
        self.times = 1
        for subscription in self.subscriptions:
            subscription.position = 0

    def skip(self) -> None:
        """Forget what was written, but not the tables."""
        for subscription in self.subscriptions:
            subscription.position = len(self._written(subscription.stream))

    def batch(self, subscription: Subscription) -> tuple[list[dict[str, Any]], int]:
        """The next records that the subscription lets through, and the position behind them."""
        records = self._written(subscription.stream)
        batch: list[dict[str, Any]] = []
        position = subscription.position
        while position < len(records) and len(batch) < subscription.batch_size:
            record = _delivered(records[position].to_json(), subscription.stream)
            position += 1
            if not subscription.has(record):
                continue
            if not subscription.patterns or any(
                matches(pattern, record) for pattern in subscription.patterns
            ):
                batch.append(record)
        return batch, position

    def lengths(self) -> dict[str, int]:
        """How much was written to every table that has a stream."""
        return {stream: len(self._written(stream)) for stream in self._by_arn}

    def written_since(self, lengths: dict[str, int]) -> list[tuple[str, str]]:
        """The keys of what was written after `lengths` were taken."""
        keys = [
            record.to_json()["dynamodb"]["Keys"]
            for stream, length in lengths.items()
            for record in self._written(stream)[length:]
        ]
        return [(key["pk"]["S"], key["sk"]["S"]) for key in keys]

    def changes_since(self, lengths: dict[str, int]) -> list[TableChange]:
        """What was written after `lengths` were taken, for each item from first to last."""
        found: dict[tuple[str, str, str], TableChange] = {}
        for stream, length in lengths.items():
            table = self._by_arn[stream].name
            for record in self._written(stream)[length:]:
                written = record.to_json()["dynamodb"]
                key = (table, written["Keys"]["pk"]["S"], written["Keys"]["sk"]["S"])
                old, new = (written.get(name) for name in ("OldImage", "NewImage"))
                before = found[key].before if key in found else old and decode_item(old)
                found[key] = TableChange(*key, before, new and decode_item(new))
        return list(found.values())

    def _written(self, stream: str) -> list[Any]:
        # moto's own list: asking through its API takes most of the time of a test.
        shard = self._by_arn[stream].stream_shard
        assert shard
        return shard.items


def _delivered(record: dict[str, Any], stream: str) -> dict[str, Any]:
    """The record as Lambda hands it over: times are epoch seconds."""
    change = record["dynamodb"]
    second = int(change["ApproximateCreationDateTime"].timestamp())
    dynamodb = {**change, "ApproximateCreationDateTime": second}
    return {**record, "dynamodb": dynamodb, "eventSourceARN": stream}
