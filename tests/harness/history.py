"""What tables held a while ago, by the test's clock and the records of their streams."""

from collections import defaultdict
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from outrider.kit import clock
from tests.harness.streams import Streams


class History:
    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._written_ms: dict[str, list[int]] = {}
        """Of each record of a table's stream, when it was written; nothing where nobody asks."""

    def begin(self) -> None:
        """Remember from now on. What was written before was there for ever."""
        if not self._written_ms:
            self._written_ms = {
                table.name: [0] * len(self._streams.of(table)) for table in self._streams.tables
            }

    def forget(self) -> None:
        self._written_ms = {}

    def look(self) -> None:
        """To be called behind each write, and when tables were brought back: moto's own records
        tell no time of the test's clock."""
        if self._written_ms:
            for table in self._streams.tables:
                written, length = self._written_ms[table.name], len(self._streams.of(table))
                del written[length:]
                written += [clock.epoch_ms()] * (length - len(written))

    def of(self, table: Table, ago_ms: int) -> dict[Any, Any]:
        """The items of a table as they stood then."""
        self.look()
        until = clock.epoch_ms() - ago_ms
        records = self._streams.of(table)
        items: dict[Any, Any] = defaultdict(dict)
        for pk, partition in table.items.items():
            items[pk] = dict(partition)
        for record, written in zip(
            reversed(records), reversed(self._written_ms[table.name]), strict=True
        ):
            if written <= until:
                break
            change = record.to_json()["dynamodb"]
            pk, sk = (DynamoType(change["Keys"][name]) for name in ("pk", "sk"))
            if "OldImage" in change:
                items[pk][sk] = Item(pk, sk, change["OldImage"])
            else:
                items[pk].pop(sk, None)
        return items
