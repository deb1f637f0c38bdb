"""Keeps when each contact last followed a link. Clicks come packed, sometimes twice, and late."""

import os
from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], _context: object) -> None:
    """Takes one entry of the bus: `detail` is as docs/events/packed.json says."""
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    for told in event["detail"]["events"]:
        if told["event"] == "email.clicked":
            _keep(table, told)


def _keep(table: Any, told: dict[str, Any]) -> None:
    """`told` is as docs/events/email.clicked.json says."""
    try:
        table.put_item(
            Item={
                "contact_id": told["data"]["contact_id"],
                "message_id": told["data"]["message_id"],
                "sequence": told["sequence"],
                "at": told["created_at"],
            },
            ConditionExpression="attribute_not_exists(contact_id) OR #sequence < :sequence",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues={":sequence": told["sequence"]},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
