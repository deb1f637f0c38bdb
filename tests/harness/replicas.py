"""Replicas of tables that are behind, by as much as a test says: reads that are not asked to be
strongly consistent see the items as they stood then.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from tests.harness.history import History
from tests.harness.streams import Streams


class Replicas:
    def __init__(self, streams: Streams, history: History) -> None:
        self._streams = streams
        self._history = history
        self._behind_ms = 0

    @contextmanager
    def behind(self, seconds: float) -> Iterator[None]:
        """What was written before the block every replica knows."""
        self._history.begin()
        self._behind_ms = int(seconds * 1000)
        try:
            yield
        finally:
            self._behind_ms = 0

    @contextmanager
    def answering(self, operation: str, params: dict[str, Any]) -> Iterator[None]:
        """Have a call answered by replicas where it allows that."""
        with ExitStack() as seen:
            for name in self._asked(operation, params) if self._behind_ms else ():
                (table,) = [each for each in self._streams.tables if each.name == name]
                items = self._history.of(table, self._behind_ms)
                seen.enter_context(patch.object(table, "items", items))
            yield

    def _asked(self, operation: str, params: dict[str, Any]) -> list[str]:
        match operation:
            case "GetItem" | "Query":
                reads = {params["TableName"]: params}
            case "BatchGetItem":
                reads = params["RequestItems"]
            case _:
                return []
        return [
            name
            for name, read in reads.items()
            if not read.get("ConsistentRead") and "IndexName" not in read
        ]
