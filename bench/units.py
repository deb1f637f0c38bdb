"""Capacity units that DynamoDB bills for a call on moto, by item kind or index.

A write costs one unit per started KB of the larger of the old and new item, and two in a
transaction, where a condition check costs as much as a write. An index entry costs units if its
projection changed, twice if its key changed, and no more in a transaction. A read costs one unit
per started 4 KB, or half a unit if it is eventually consistent. Sources:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html, and for indexes in
transactions the observed responses of DynamoDB: https://github.com/nubo-db/dynoxide/pull/188
"""

import base64
import re
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

Image = dict[str, Any] | None
Key = tuple[str, str, str]
"""Table, partition key and sort key of an item."""
Part = tuple[str, float]
"""Name of an item kind or index in the tables of results, and its units."""
_ID = re.compile(r"\b(wsp|[a-z]{3})_[0-9a-z]{26,}(~test)?")
_OTHERS = re.compile(r"(?<=#)[0-9a-f]{2}$|(?<=#)\d+$|(?<=^key#)\w+")


def size(item: Mapping[str, Any] | None) -> int:
    """Return the approximate bytes of an item as DynamoDB counts them: names, and values as
    text."""
    return sum(len(name.encode()) + _size(value) for name, value in (item or {}).items())


def written(operation: str, params: Mapping[str, Any]) -> tuple[list[Key], int]:
    """Return the keys that a call writes or checks, and the units per KB."""
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


def of_write(key: Key, old: Image, new: Image, factor: int, indexes: list[Any]) -> Iterator[Part]:
    """Yield the units of a change for the item, and for each of its table's `indexes`."""
    yield named(key), factor * started(max(size(old), size(new)), 1024)
    for index in indexes:
        names = [each["AttributeName"] for each in index.schema]
        of_all = index.projection["ProjectionType"] == "ALL"
        was, is_ = (_entry(image, names, of_all=of_all) for image in (old, new))
        if was == is_:
            continue
        moved = was and is_ and any(was[name] != is_[name] for name in names)
        entries = (was, is_) if moved else ((is_ or was),)
        place = f"{_short(key[0])}, index {index.name}"
        yield place, sum(started(size(entry), 1024) for entry in entries)


def of_read(operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[Part]:
    """Yield the units of a read call."""
    match operation:
        case "Query":
            share = 1 if params.get("ConsistentRead") else 0.5
            read = sum(size(item) for item in answer["Items"])
            index = params.get("IndexName")
            pk = params["ExpressionAttributeValues"][":pk"]["S"]
            table = params["TableName"]
            place = f"{_short(table)}, index {index}" if index else named((table, pk, ""))
            yield place, started(read, 4096) * share
        case "GetItem":
            share = 1 if params.get("ConsistentRead") else 0.5
            yield named(_key(params)), started(size(answer.get("Item")), 4096) * share
        case "BatchGetItem":
            for table, asked in params["RequestItems"].items():
                share = 1 if asked.get("ConsistentRead") else 0.5
                found = {
                    (item["pk"]["S"], item["sk"]["S"]): item
                    for item in answer["Responses"].get(table, ())
                }
                for each in asked["Keys"]:
                    pk, sk = each["pk"]["S"], each["sk"]["S"]
                    yield named((table, pk, sk)), started(size(found.get((pk, sk))), 4096) * share


def named(key: Key) -> str:
    """Return the kind of an item by its key, without ids, names and hashes."""
    table, pk, sk = key
    kinds = [_ID.sub(lambda found: f"{found[1]}_…", each) for each in (pk, sk)]
    pk, sk = _OTHERS.sub("…", kinds[0]).replace("wsp_…", "ws"), kinds[1]
    if not re.fullmatch(r"#|[a-z]{3}_…", sk):
        sk = f"{sk.partition('#')[0]}#…" if re.match(r"[a-z]+#", sk) else "…"
    return f"{_short(table)} `{pk}` / `{sk}`"


def started(amount: int, unit: int) -> int:
    """Return the number of started units, at least one."""
    return max(1, ceil(amount / unit))


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


def _key(params: Mapping[str, Any]) -> Key:
    key = params.get("Key") or params["Item"]
    return params["TableName"], key["pk"]["S"], key["sk"]["S"]


def _short(table: str) -> str:
    """Return the table's name as the documentation writes it."""
    return table.split("-")[-2].removesuffix("Table").lower()


def _entry(image: Image, names: list[str], *, of_all: bool) -> Image:
    """Return the projection of an item into an index."""
    if image is None or not all(name in image for name in names):
        return None
    kept = image if of_all else {name: image[name] for name in {*names, "pk", "sk"}}
    return dict(kept)
