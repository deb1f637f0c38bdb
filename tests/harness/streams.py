"""DynamoDB streams: what was written since the test began, for each function that subscribes."""

import json
from dataclasses import dataclass
from typing import Any

from tests.harness.patterns import matches
from tests.harness.stack import Stack


@dataclass(slots=True)
class Subscription:
    """`position` is how many records of the stream the function has handled."""

    function: str
    stream: str
    patterns: list[dict[str, Any]]
    batch_size: int
    position: int = 0


class Streams:
    def __init__(self, stack: Stack) -> None:
        self.subscriptions = [
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
        self._client = stack.session.create_client("dynamodbstreams")
        self._records: dict[str, list[dict[str, Any]]] = {}
        self._iterators: dict[str, str] = {}

    def begin(self) -> None:
        """Forget what was written before."""
        for subscription in self.subscriptions:
            subscription.position = 0
            stream = subscription.stream
            self._records[stream] = []
            shards = self._client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
            self._iterators[stream] = self._client.get_shard_iterator(
                StreamArn=stream, ShardId=shards[0]["ShardId"], ShardIteratorType="LATEST"
            )["ShardIterator"]

    def batch(self, subscription: Subscription) -> tuple[list[dict[str, Any]], int]:
        """The next records that the subscription lets through, and the position behind them."""
        self._read(subscription.stream)
        records = self._records[subscription.stream]
        batch: list[dict[str, Any]] = []
        position = subscription.position
        while position < len(records) and len(batch) < subscription.batch_size:
            record = records[position]
            position += 1
            if not subscription.patterns or any(
                matches(pattern, record) for pattern in subscription.patterns
            ):
                batch.append(record)
        return batch, position

    def _read(self, stream: str) -> None:
        while True:
            answer = self._client.get_records(ShardIterator=self._iterators[stream])
            self._iterators[stream] = answer["NextShardIterator"]
            if not answer["Records"]:
                return
            self._records[stream] += [
                {**record, "eventSourceARN": stream} for record in answer["Records"]
            ]
