"""Lambda functions that are called for their answer."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from outrider.kit import json
from outrider.kit.aws import clients
from outrider.kit.errors import InternalError, NotCalled, ServiceUnavailable
from outrider.kit.observability.logs import logger

_THROTTLED = {"TooManyRequestsException", "EC2ThrottledException"}
"""Error codes of calls that were not carried out."""
_REFUSED = "This part of the service cannot be called, so nothing was done"
_NOT_KNOWN = (
    "No answer came in time, and whether the call was carried out is not known. The same"
    " Idempotency-Key makes it safe to repeat"
)


def invoke(name: str, event: dict[str, Any]) -> Any:
    """Call a function and return its answer. A call is made once: Lambda knows no idempotency key.

    Raises NotCalled if Lambda refused the call, with Retry-After if it did so for want of capacity;
    ServiceUnavailable if the answer was lost; InternalError if the function failed.
    """
    try:
        answer = clients.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        payload = answer["Payload"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _THROTTLED:
            raise NotCalled(headers={"Retry-After": "1"}) from error
        if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
            logger().error("a function cannot be called", function=name, error=str(error))
            raise NotCalled(_REFUSED) from error
        raise ServiceUnavailable(_NOT_KNOWN) from error
    except BotoCoreError as error:
        logger().warning("the answer of a function was lost", function=name, error=str(error))
        raise ServiceUnavailable(_NOT_KNOWN) from error
    if "FunctionError" in answer:
        logger().error("a function failed", function=name, error=payload.decode(errors="replace"))
        raise InternalError
    return json.loads(payload)
