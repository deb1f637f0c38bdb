"""Everything that remembers, put aside and brought back: what a test has built it can begin from
again and again, in milliseconds."""

import copy
from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from moto.core.model_instances import reset_model_data
from moto.dynamodb.models.table import Table

from tests.harness.values import copied_item


class Snapshot:
    """The tables with the records of their streams, which never change, and attributes of the
    harness' parts, by part and name. `moment` is where the clock stood."""

    def __init__(
        self, moment: datetime, tables: Sequence[Table], attributes: Sequence[tuple[object, str]]
    ) -> None:
        self.moment = moment
        self._items = [(table, _copied_items(table.items)) for table in tables]
        self._records = [
            (table.stream_shard, list(table.stream_shard.items))
            for table in tables
            if table.stream_shard
        ]
        self._attributes = [(part, name, _copied(getattr(part, name))) for part, name in attributes]

    def bring_back(self) -> None:
        for table, items in self._items:
            table.items = _copied_items(items)
        for shard, records in self._records:
            shard.items = list(records)
        for part, name, value in self._attributes:
            setattr(part, name, _copied(value))
        reset_model_data()


def _copied_items(items: dict[Any, Any]) -> defaultdict[Any, dict[Any, Any]]:
    """Keys never change, so the copy has the same."""
    copied: defaultdict[Any, dict[Any, Any]] = defaultdict(dict)
    for pk, partition in items.items():
        copied[pk] = {sk: copied_item(item) for sk, item in partition.items()}
    return copied


def _copied(value: Any) -> Any:
    """A copy as deep as the harness changes what it holds."""
    match value:
        case dict():
            return {key: copy.copy(each) for key, each in value.items()}
        case list() | deque():
            return type(value)(copy.copy(each) for each in value)
        case _:
            return value
