"""Keeps the newest word of each contact who is interested, and when each last followed a link.

An event may come twice, and late.
"""

import os
from typing import Any

import boto3
from botocore.exceptions import ClientError


def interested(event: dict[str, Any], _context: object) -> None:
    """Takes one event of the bus: `detail` is as docs/events/reply.classified.json says."""
    detail = event["detail"]
    _keep_newest(detail, says=detail["data"]["classification"])


def clicked(event: dict[str, Any], _context: object) -> None:
    """Takes one entry of the bus: `detail` is as docs/events/packed.json says."""
    for told in event["detail"]["events"]:
        if told["event"] == "email.clicked":
            _keep_newest(told)


def _keep_newest(told: dict[str, Any], **more: str) -> None:
    """Keep an event of a contact, unless a later one is kept."""
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    try:
        table.put_item(
            Item={
                "contact_id": told["data"]["contact_id"],
                "message_id": told["data"]["message_id"],
                "sequence": told["sequence"],
                "at": told["created_at"],
                **more,
            },
            ConditionExpression="attribute_not_exists(contact_id) OR #sequence < :sequence",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues={":sequence": told["sequence"]},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
