"""Indexes that are behind their tables, by as much as a test says: queries of an index see the
items of a table as they stood then.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
(Eventually consistent reads)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.dynamodb.models.table import Table

from tests.harness.history import History


class Indexes:
    def __init__(self, history: History) -> None:
        self._history = history

    @contextmanager
    def behind(self, minutes: float) -> Iterator[None]:
        """What was written before the block every index knows."""
        self._history.begin()
        query = Table.query

        def behind(table: Table, hash_key: Any, *given: Any, **named: Any) -> Any:
            if given[6]:
                seen = self._history.of(table, int(minutes * 60_000))
                with patch.object(table, "items", seen):
                    return query(table, hash_key, *given, **named)
            return query(table, hash_key, *given, **named)

        with patch.object(Table, "query", behind):
            yield
