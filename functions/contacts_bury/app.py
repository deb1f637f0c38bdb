"""What follows a change of contacts: deleted ones are removed for good with what led to them, and
others linked to the companies of their domains."""

from collections.abc import Sequence
from typing import Any

from outrider.access.models import Caller
from outrider.contacts.links import may_move
from outrider.contacts.wiring import contacts, links
from outrider.kit.attributes import Item, decode_item
from outrider.kit.logs import logger


def handler(event: dict[str, Any], _: object) -> None:
    moving: dict[str, dict[str, Item]] = {}
    for record in event["Records"]:
        images = record["dynamodb"]
        after = decode_item(images["NewImage"])
        before = decode_item(images["OldImage"]) if "OldImage" in images else None
        if "deleted_at" in after:
            contacts(Caller.engine(after["pk"])).bury(after)
        elif may_move(before, after):
            moving.setdefault(after["pk"], {})[after["sk"]] = after
    for workspace, items in moving.items():
        _link(workspace, list(items.values()))
    logger().info("contacts changed", count=len(event["Records"]))


def _link(workspace: str, items: Sequence[Item]) -> None:
    links(Caller.engine(workspace)).settle(items)
