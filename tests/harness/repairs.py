"""Where moto's DynamoDB is too slow or too loose for us.

Its transactions copy every table once for each action, so that a failure can be undone, and its
tables are not safe to use from several threads. Here only what a transaction touches is copied, and
requests take turns. Any query walks and sorts the whole table; one without an index is given the
page it asks for, and each test begins with empty tables.
Update expressions are parsed once; `shortcuts` has the rest.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from typing import Any
from unittest.mock import patch

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.model_instances import reset_model_data
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined]

from tests.harness import shortcuts

turn = RLock()
"""To be held by whoever asks moto."""
_process_request = BotocoreStubber.process_request
_transact = DynamoDBBackend.transact_write_items
_query = Table.query
# Validation works on a copy of what was parsed.
_parsed_once = staticmethod(lru_cache(maxsize=1_000)(UpdateExpressionParser.make))


@contextmanager
def applied() -> Iterator[None]:
    with (
        patch.object(BotocoreStubber, "process_request", _one_at_a_time),
        patch.object(DynamoDBBackend, "transact_write_items", _all_or_nothing),
        patch.object(Table, "__deepcopy__", lambda table, _: table, create=True),
        patch.object(Table, "query", _of_its_partition),
        patch.object(UpdateExpressionParser, "make", _parsed_once),
        shortcuts.taken(),
    ):
        yield


@contextmanager
def whole_tables() -> Iterator[None]:
    """Queries as moto makes them, to compare with."""
    with patch.object(Table, "query", _query):
        yield


def empty(tables: Iterable[Table]) -> None:
    """Forget what the tables and their streams hold, and what moto remembers of it elsewhere."""
    for table in tables:
        table.items.clear()
        if table.stream_shard:
            table.stream_shard.items.clear()
    reset_model_data()


def _one_at_a_time(stubber: BotocoreStubber, request: Any) -> Any:
    with turn:
        return _process_request(stubber, request)


def _of_its_partition(table: Table, hash_key: Any, *given: Any, **named: Any) -> Any:
    comparison, values, limit, start, forward, _, index_name = given[:7]
    if index_name:
        return _query(table, hash_key, *given, **named)
    keys = sorted(table.items.get(hash_key, {}), key=_value, reverse=not forward)
    if start:
        place = DynamoType(start["sk"]).value
        keys = [key for key in keys if (key.value > place if forward else key.value < place)]
    page = _as_many(keys, limit, lambda key: not comparison or key.compare(comparison, values))
    items = [table.items[hash_key][key] for key in page]
    with patch.object(table, "all_items", lambda: items):
        return _query(table, hash_key, *given, **named)


def _as_many(
    keys: Sequence[DynamoType], limit: int | None, wanted: Callable[[DynamoType], bool]
) -> Sequence[DynamoType]:
    """The keys up to the one behind the last that is wanted: what moto needs to see to end a page
    where it would have."""
    found = 0
    for place, key in enumerate(keys):
        if found == limit:
            return keys[: place + 1]
        found += wanted(key)
    return keys


def _value(key: DynamoType) -> Any:
    return key.value


def _all_or_nothing(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    touched = [_touched(backend, action) for action in transact_items]
    before = [copy.deepcopy(table.items.get(pk, {}).get(sk)) for table, pk, sk in touched]
    lengths = [
        len(table.stream_shard.items) if table.stream_shard else 0 for table, _, _ in touched
    ]
    try:
        _transact(backend, transact_items)
    except BaseException:
        for (table, pk, sk), item, length in zip(touched, before, lengths, strict=True):
            if item is not None:
                table.items[pk][sk] = item
            elif pk in table.items:
                table.items[pk].pop(sk, None)
            if table.stream_shard:
                del table.stream_shard.items[length:]
        raise


def _touched(backend: DynamoDBBackend, action: dict[str, Any]) -> tuple[Table, Any, Any]:
    (params,) = action.values()
    key = params.get("Key") or params["Item"]
    table = backend.tables[params["TableName"]]
    return table, DynamoType(key["pk"]), DynamoType(key["sk"])
