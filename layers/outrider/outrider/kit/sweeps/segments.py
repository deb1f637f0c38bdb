"""Scan of one segment of a table, for operators' commands alone: no request may read a whole
table."""

from typing import Any

from outrider.kit.aws import clients
from outrider.kit.aws.attributes import Item, decode_item, encode_item
from outrider.kit.aws.dynamodb import ItemPage, StoreFailed, Table
from outrider.kit.aws.dynamodb_transport import Unreachable


def scan(table: Table, *, segment: int, of: int, after: Item | None, limit: int) -> ItemPage:
    """Return a page of segment `segment` of `of`, consistently read. `after` is the `last_key` of
    the previous page. Raises StoreFailed, and Refused for errors of this call.

    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
    """
    params: dict[str, Any] = {
        "TableName": table.name,
        "Segment": segment,
        "TotalSegments": of,
        "Limit": limit,
        "ConsistentRead": True,
    }
    if after:
        params["ExclusiveStartKey"] = encode_item(after)
    try:
        raw = clients.dynamodb().call("Scan", params)
    except Unreachable as error:
        raise StoreFailed from error
    last = raw.get("LastEvaluatedKey")
    return ItemPage(
        [decode_item(item) for item in raw["Items"]], decode_item(last) if last else None
    )
