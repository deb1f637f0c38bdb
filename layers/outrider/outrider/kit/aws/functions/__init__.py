"""Lambda functions that are called for their answer."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit import json
from outrider.kit.aws import clients
from outrider.kit.errors import InternalError, ServiceUnavailable
from outrider.kit.observability.logs import logger

_THROTTLED = {"TooManyRequestsException", "EC2ThrottledException"}
"""Error codes of calls that were not carried out."""
_NOT_KNOWN = (
    "No answer came in time, and whether the call was carried out is not known. The same"
    " Idempotency-Key makes it safe to repeat"
)


def invoke(name: str, event: dict[str, Any]) -> Any:
    """Call a function and return its answer. A call is made once: Lambda knows no idempotency key.

    Raises ServiceUnavailable if the function was not called, or its answer was lost; InternalError
    if it failed.
    """
    try:
        answer = clients.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        payload = answer["Payload"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _THROTTLED:
            raise ServiceUnavailable(headers={"Retry-After": "1"}) from error
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            raise
        raise ServiceUnavailable(_NOT_KNOWN) from error
    except BotoCoreError as error:
        logger().warning("the answer of a function was lost", function=name, error=str(error))
        raise ServiceUnavailable(_NOT_KNOWN) from error
    if "FunctionError" in answer:
        logger().error("a function failed", function=name, error=payload.decode(errors="replace"))
        raise InternalError
    return json.loads(payload)
