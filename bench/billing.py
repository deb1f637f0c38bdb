"""What DynamoDB would bill for the calls of a benchmark on moto, by the function that makes them.

A write is billed by the larger of the item before and after it, each started KB one unit, two in a
transaction, where a condition check costs what a write does; an index by what it holds of the item,
only when that changed, twice when its key moved, and no more in a transaction. A read is billed by
what was read, each started 4 KB one unit, or half a unit where it need not be the newest.
Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html, and for indexes in
transactions what DynamoDB was seen to answer: https://github.com/nubo-db/dynoxide/pull/188
"""

import base64
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from botocore.session import Session
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from outrider.kit import aws
from outrider.kit.dynamodb import DynamoDB
from tests.harness.cloud import Cloud
from tests.harness.stack import ACCOUNT, REGION

WRITE_UNIT, READ_UNIT = 0.625e-6, 0.125e-6
"""US dollars."""

Image = dict[str, Any] | None
Key = tuple[str, str, str]
Part = tuple[bool, str]
"""Whether it was part of a call that puts something new, and the item or index it went to."""
_ID = re.compile(r"\b(wsp|[a-z]{3})_[0-9a-z]{26}(~test)?")


@dataclass(slots=True)
class Bill:
    """Of one function: calls, units, and how often it was invoked."""

    calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0
    read_units: float = 0
    invocations: int = 0
    seconds: float = 0
    parts: Counter[Part] = field(default_factory=Counter)
    """Where the write units went."""

    def less(self, other: "Bill") -> "Bill":
        return Bill(
            self.calls - other.calls,
            self.write_units - other.write_units,
            self.read_units - other.read_units,
            self.invocations - other.invocations,
            self.seconds - other.seconds,
            self.parts - other.parts,
        )

    @property
    def dollars(self) -> float:
        return self.write_units * WRITE_UNIT + self.read_units * READ_UNIT


@dataclass(slots=True)
class Billing:
    """By function, and how many events each put on the bus. Each call takes `latency` seconds."""

    acting: str = "(nobody)"
    latency: float = 0
    by: dict[str, Bill] = field(default_factory=lambda: defaultdict(Bill))
    entries: Counter[str] = field(default_factory=Counter)

    def less(self, other: "Billing") -> "Billing":
        """What this one has more."""
        more = Billing(entries=self.entries - other.entries)
        for name, bill in self.by.items():
            more.by[name] = bill.less(other.by[name])
        return more

    @property
    def now(self) -> Bill:
        return self.by[self.acting]


@contextmanager
def billed(cloud: Cloud) -> Iterator[Billing]:
    """Count what the functions of `cloud` do inside the block. To be entered after `begin`."""
    billing = Billing()
    before, invoke = aws.connect_dynamodb, cloud._functions.invoke
    check = cloud.wire._check

    def watched(name: str, event: dict[str, Any]) -> Any:
        outside, billing.acting = billing.acting, name
        billing.now.invocations += 1
        started = time.perf_counter()
        try:
            return invoke(name, event)
        finally:
            billing.now.seconds += time.perf_counter() - started
            billing.acting = outside

    def counted(service: str, operation: str, params: dict[str, Any]) -> None:
        billing.now.calls[f"{service} {operation}"] += 1
        if operation == "PutEvents":
            billing.entries[billing.acting] += len(params["Entries"])
        if billing.latency:
            time.sleep(billing.latency)
        check(service, operation, params)

    def connect(session: Session) -> DynamoDB:
        client = before(session)
        return _Billed(session, client.call, billing)

    aws.connect_dynamodb = connect
    aws.dynamodb.cache_clear()
    cloud._functions.invoke = watched  # type: ignore[method-assign]
    cloud.wire._check = counted
    try:
        yield billing
    finally:
        aws.connect_dynamodb = before
        aws.dynamodb.cache_clear()
        del cloud._functions.invoke
        cloud.wire._check = check


class _Billed(DynamoDB):
    def __init__(
        self,
        session: Session,
        made: Callable[[str, dict[str, Any]], dict[str, Any]],
        billing: Billing,
    ) -> None:
        super().__init__(session)
        self._made = made
        self._billing = billing
        self._tables = dynamodb_backends[ACCOUNT][REGION].tables

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        keys, factor = _written(operation, params)
        images = [self._image(key) for key in keys]
        answer = self._made(operation, params)
        bill = self._billing.now
        puts = _puts(operation, params)
        for key, old in zip(keys, images, strict=True):
            for place, units in self._writing(key, old, self._image(key), factor):
                bill.write_units += units
                bill.parts[puts, place] += units
        bill.read_units += self._reading(operation, params, answer)
        return answer

    def _image(self, key: Key) -> Image:
        table, pk, sk = key
        partition = self._tables[table].items.get(DynamoType({"S": pk}), {})
        item = partition.get(DynamoType({"S": sk}))
        return item.to_json()["Attributes"] if item else None

    def _writing(self, key: Key, old: Image, new: Image, factor: int) -> Iterator[tuple[str, int]]:
        """The units of an item and of each of its indexes, by what they are called in a table."""
        table = key[0]
        yield _named(key), factor * _started(max(size(old), size(new)), 1024)
        for index in self._tables[table].global_indexes:
            names = [key["AttributeName"] for key in index.schema]
            of_all = index.projection["ProjectionType"] == "ALL"
            was, is_ = (_entry(image, names, of_all=of_all) for image in (old, new))
            if was == is_:
                continue
            moved = was and is_ and any(was[name] != is_[name] for name in names)
            entries = (was, is_) if moved else ((is_ or was),)
            place = f"{_short(table)}, index {index.name}"
            yield place, sum(_started(size(entry), 1024) for entry in entries)

    def _reading(self, operation: str, params: dict[str, Any], answer: dict[str, Any]) -> float:
        if operation == "Query":
            read = sum(size(item) for item in answer["Items"])
            return _started(read, 4096) * (1 if params.get("ConsistentRead") else 0.5)
        if operation == "GetItem":
            share = 1 if params.get("ConsistentRead") else 0.5
            return _started(size(answer.get("Item")), 4096) * share
        if operation == "BatchGetItem":
            asked = sum(len(each["Keys"]) for each in params["RequestItems"].values())
            found = [item for items in answer["Responses"].values() for item in items]
            return sum(_started(size(item), 4096) for item in found) + asked - len(found)
        return 0


def size(item: Mapping[str, Any] | None) -> int:
    """Bytes of an item as DynamoDB counts them, nearly: names, and values as text."""
    return sum(len(name.encode()) + _size(value) for name, value in (item or {}).items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _size(each) for name, each in held.items())
    if kind == "L":
        return 3 + sum(1 + _size(each) for each in held)
    if kind == "N":
        return len(held) // 2 + 2
    if kind == "B":
        return len(held) if isinstance(held, bytes) else len(base64.b64decode(held))
    return len(held.encode()) if isinstance(held, str) else 1


def _written(operation: str, params: dict[str, Any]) -> tuple[list[Key], int]:
    if operation == "TransactWriteItems":
        actions = [action for each in params["TransactItems"] for action in each.values()]
        return [_key(action) for action in actions], 2
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return [_key(params)], 1
    if operation == "BatchWriteItem":
        return [
            _key({"TableName": table, **request})
            for table, requests in params["RequestItems"].items()
            for each in requests
            for request in each.values()
        ], 1
    return [], 1


def _key(params: Mapping[str, Any]) -> Key:
    key = params.get("Key") or params["Item"]
    return params["TableName"], key["pk"]["S"], key["sk"]["S"]


def _puts(operation: str, params: dict[str, Any]) -> bool:
    """Whether a call puts an item: of a step's transactions only the claim does."""
    return operation == "PutItem" or any("Put" in each for each in params.get("TransactItems", ()))


def _named(key: Key) -> str:
    """Which kind of item a key is of: its ids, names and hashes are left out."""
    table, pk, sk = key
    kinds = [_ID.sub(lambda found: f"{found[1]}_…", each) for each in (pk, sk)]
    pk, sk = (re.sub(r"(?<=#)[0-9a-f]{2}$", "…", kinds[0]).replace("wsp_…", "ws"), kinds[1])
    if not re.fullmatch(r"#|[a-z]{3}_…", sk):
        sk = f"{sk.partition('#')[0]}#…" if "#" in sk else "…"
    return f"{_short(table)} `{pk}` / `{sk}`"


def _short(table: str) -> str:
    """A table as the docs call it."""
    return table.split("-")[-2].removesuffix("Table").lower()


def _entry(image: Image, names: list[str], *, of_all: bool) -> Image:
    """What an index holds of an item."""
    if image is None or not all(name in image for name in names):
        return None
    kept = image if of_all else {name: image[name] for name in {*names, "pk", "sk"}}
    return dict(kept)


def _started(amount: int, unit: int) -> int:
    return max(1, ceil(amount / unit))
