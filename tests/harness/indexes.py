"""Indexes that are behind their tables, by as much as a test says: queries of an index see the
items of a table as they stood then.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
(Eventually consistent reads)
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from outrider.kit import clock
from tests.harness.streams import Streams


class Indexes:
    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._behind_ms = 0
        self._written_ms: dict[str, list[int]] = {}
        """Of each record of a table's stream, when it was written."""

    @contextmanager
    def behind(self, minutes: float) -> Iterator[None]:
        """What was written before the block every index knows."""
        self._behind_ms = int(minutes * 60_000)
        self._written_ms = {
            table.name: [0] * len(self._streams.of(table)) for table in self._streams.tables
        }
        query = Table.query

        def behind(table: Table, hash_key: Any, *given: Any, **named: Any) -> Any:
            if given[6]:
                with patch.object(table, "items", self._seen(table)):
                    return query(table, hash_key, *given, **named)
            return query(table, hash_key, *given, **named)

        try:
            with patch.object(Table, "query", behind):
                yield
        finally:
            self._behind_ms = 0

    def look(self) -> None:
        """To be called behind each write: moto's own records tell no time of the test's clock."""
        if self._behind_ms:
            for table in self._streams.tables:
                written = self._written_ms[table.name]
                written += [clock.epoch_ms()] * (len(self._streams.of(table)) - len(written))

    def _seen(self, table: Table) -> dict[Any, Any]:
        """The items without what was written since."""
        self.look()
        until = clock.epoch_ms() - self._behind_ms
        records = self._streams.of(table)
        items: dict[Any, Any] = defaultdict(dict)
        for pk, partition in table.items.items():
            items[pk] = dict(partition)
        for record, written in zip(
            reversed(records), reversed(self._written_ms[table.name][: len(records)]), strict=True
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
