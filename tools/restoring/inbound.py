"""Inbound emails that came after the restored moment: the bucket keeps them for 30 days."""

import json
from datetime import datetime
from typing import Any


def reread(s3: Any, sqs: Any, bucket: str, queue_url: str, since: datetime) -> int:
    """Put emails that came since then into the inbound queue again, and return how many. Those
    that were read before are recognized by their Message-ID."""
    count = 0
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="inbound/")
    for each in (item for page in pages for item in page.get("Contents", ())):
        if each["LastModified"] >= since:
            detail = {"bucket": {"name": bucket}, "object": {"key": each["Key"]}}
            body = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
            sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))
            count += 1
    return count
