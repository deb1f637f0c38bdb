"""Removes deleted contacts for good, with their claims on their addresses."""

from typing import Any

from outrider.access.models import Caller
from outrider.contacts.wiring import contacts
from outrider.kit.attributes import decode_item
from outrider.kit.logs import logger


def handler(event: dict[str, Any], _: object) -> None:
    for record in event["Records"]:
        tombstone = decode_item(record["dynamodb"]["NewImage"])
        contacts(Caller.engine(tombstone["pk"])).bury(tombstone)
    logger().info("contacts buried", count=len(event["Records"]))
