"""What DynamoDB bills for a call on moto: units by the item or index they go to.

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
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

Image = dict[str, Any] | None
Key = tuple[str, str, str]
"""Of an item: its table, partition and sort key."""
Part = tuple[str, float]
"""An item or index, by what it is called in a table of results, and units."""
_ID = re.compile(r"\b(wsp|[a-z]{3})_[0-9a-z]{26,}(~test)?")
_OTHERS = re.compile(r"(?<=#)[0-9a-f]{2}$|(?<=#)\d+$|(?<=^key#)\w+")


def size(item: Mapping[str, Any] | None) -> int:
    """Bytes of an item as DynamoDB counts them, nearly: names, and values as text."""
    return sum(len(name.encode()) + _size(value) for name, value in (item or {}).items())


def written(operation: str, params: Mapping[str, Any]) -> tuple[list[Key], int]:
    """The items that a call writes or checks, and how many units a KB of them takes."""
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
    """What an item, and each of the `indexes` of its table, is billed for a change."""
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
    """What a call is billed for reading."""
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
    """Which kind of item a key is of: its ids, names and hashes are left out."""
    table, pk, sk = key
    kinds = [_ID.sub(lambda found: f"{found[1]}_…", each) for each in (pk, sk)]
    pk, sk = _OTHERS.sub("…", kinds[0]).replace("wsp_…", "ws"), kinds[1]
    if not re.fullmatch(r"#|[a-z]{3}_…", sk):
        sk = f"{sk.partition('#')[0]}#…" if re.match(r"[a-z]+#", sk) else "…"
    return f"{_short(table)} `{pk}` / `{sk}`"


def started(amount: int, unit: int) -> int:
    """How many units of an amount are begun, at least one."""
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
    """A table as the docs call it."""
    return table.split("-")[-2].removesuffix("Table").lower()


def _entry(image: Image, names: list[str], *, of_all: bool) -> Image:
    """What an index holds of an item."""
    if image is None or not all(name in image for name in names):
        return None
    kept = image if of_all else {name: image[name] for name in {*names, "pk", "sk"}}
    return dict(kept)
