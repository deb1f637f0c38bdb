"""Bulk loading of a stack's tables with the product's own items, without conditions.

The emulator takes a few hundred conditional writes per second, so 100,000 contacts would take a
day. What the stream worker would write is written here.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import urllib3
from botocore.session import Session

from outrider.contacts.search.worker import ContactIndex
from outrider.kit.aws.dynamodb_http import HttpDynamoDB

_AT_ONCE, _THREADS = 25, 4
PATIENT = urllib3.Timeout(connect=2, read=300)


class Loading(HttpDynamoDB):
    """Connection that collects the puts of transactions, and drops their checks and counters."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.put: list[tuple[str, dict[str, Any]]] = []

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        if operation != "TransactWriteItems":
            return super().call(operation, params)
        puts = [each["Put"] for each in params["TransactItems"] if "Put" in each]
        self.put += [(put["TableName"], put["Item"]) for put in puts]
        return {}

    def flush(self) -> list[dict[str, Any]]:
        """Write the collected items, and return them."""
        put, self.put = self.put, []
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(self._write, _parts(put)))
        return [item for _, item in put]

    def _write(self, part: list[tuple[str, dict[str, Any]]]) -> None:
        tables: dict[str, list[Any]] = {}
        for table, item in part:
            tables.setdefault(table, []).append({"PutRequest": {"Item": item}})
        while tables:
            tables = super().call("BatchWriteItem", {"RequestItems": tables})["UnprocessedItems"]


def follow(contacts: ContactIndex, items: Iterable[dict[str, Any]]) -> None:
    """Do the stream worker's work for new contacts."""
    contacts.follow(
        [{"dynamodb": {"NewImage": item}} for item in items if item["sk"]["S"].startswith("con_")]
    )


def _parts(put: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(put)
    while part := list(islice(waiting, _AT_ONCE)):
        yield part
