"""Keeps the newest word of each contact who is interested. An event may come twice, and late."""

import os
from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], _context: object) -> None:
    """Takes one event of the bus: `detail` is as docs/events/reply.classified.json says."""
    detail = event["detail"]
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    try:
        table.put_item(
            Item={
                "contact_id": detail["data"]["contact_id"],
                "says": detail["data"]["classification"],
                "message_id": detail["data"]["message_id"],
                "sequence": detail["sequence"],
                "at": detail["created_at"],
            },
            ConditionExpression="attribute_not_exists(contact_id) OR #sequence < :sequence",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues={":sequence": detail["sequence"]},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
