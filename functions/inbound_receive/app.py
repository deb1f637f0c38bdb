"""Worker for incoming emails. A queue message names the S3 object that SES wrote; a receiver that
invokes the function directly sends `{"raw_base64": "<the email in base64>"}`."""

import base64
from typing import Any

from outrider.inbound.mail.mime import MAX_BYTES
from outrider.inbound.service import Received
from outrider.inbound.wiring import inbound
from outrider.kit.aws.s3 import ObjectMissing, Objects
from outrider.kit.aws.sqs import handle_records
from outrider.kit.observability import metrics
from outrider.kit.observability.invocations import observed
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs, settings

_SETUP = "AMAZON_SES_SETUP_NOTIFICATION"
"""Object that SES writes to the bucket when a receipt rule is created."""


@needs(
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
    Environment.files_bucket,
)
@observed
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    if "Records" in event:
        return handle_records(event, _take)
    raw = base64.b64decode(event["raw_base64"], validate=True)
    return _receive(raw).model_dump()


def _take(message: dict[str, Any]) -> None:
    key = message["detail"]["object"]["key"]
    if key.endswith(_SETUP):
        return
    files = settings().files_bucket
    try:
        raw = Objects(files).get_part(key, 0, MAX_BYTES).body
    except ObjectMissing:
        logger().error("the incoming email was deleted before it was read", kept_at=key)
        metrics.count("InboundFailures")
        return
    _receive(raw, f"s3://{files}/{key}")


def _receive(raw: bytes, kept_at: str = "") -> Received:
    received = inbound().receive(raw, kept_at)
    logger().info("email received", kept_at=kept_at, **received.model_dump(exclude_none=True))
    return received
