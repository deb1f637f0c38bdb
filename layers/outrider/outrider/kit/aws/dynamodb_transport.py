"""DynamoDB transport: its protocol, its errors, and the retries that both implementations share.

`dynamodb_http` is our own fast implementation; `dynamodb_boto3` wraps the AWS SDK's client.
`clients.connect` selects one.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any, Protocol

from botocore.retries.quota import RetryQuota
from botocore.session import Session

from outrider.kit.settings import Misconfigured

Answer = dict[str, Any]
ATTEMPTS = 3
"""Requests for one call, as in botocore's standard retry mode."""
CONNECT_SECONDS, READ_SECONDS = 2, 5
_BACKOFF_MS = 50
_COST, _THROTTLED_COST, _REFILL = 14, 5, 1
"""Tokens of the retry quota, as in botocore's standard retry mode: the cost of a retry after an
error or after throttling, and the refill after a call that needed no retry."""
_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
TRANSIENT = _THROTTLED | {
    "InternalServerError",
    "ServiceUnavailable",
    "TransactionConflictException",
}
"""Transient errors: the same call may succeed later."""


class Unreachable(Exception):
    """DynamoDB did not respond, returned a server error, or throttled the call."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.throttled = why in _THROTTLED


class Refused(Exception):
    """DynamoDB rejected a call because of its content.

    `details` is the body of the error response. `again` is True if the call is a retry: an earlier
    attempt may have succeeded although its response was lost.
    """

    def __init__(self, code: str, details: dict[str, Any]) -> None:
        super().__init__(f"{code}: {details.get('message') or details.get('Message')}")
        self.code = code
        self.details = details
        self.again = False


class DynamoDB(Protocol):
    """Interface of a transport: calls by the operation names and parameters of the DynamoDB API."""

    def call(self, operation: str, params: dict[str, Any]) -> Answer:
        """Return the response of `operation` (`GetItem`, …); binary values may be base64 or bytes.

        Raises Refused; Unreachable after the last attempt; Misconfigured without credentials.
        """
        ...


def failed(status: int, code: str, details: dict[str, Any]) -> Refused | Unreachable:
    """Return the exception for an error response."""
    if status >= 500 or code in TRANSIENT:
        return Unreachable(code)
    return Refused(code, details)


class Retries:
    """Retries with jitter and a retry quota, shared by all calls of a process.

    When most calls fail, the quota is used up and calls are no longer retried, so an overloaded
    table does not get three times its load. Source:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """

    def __init__(self) -> None:
        self._quota = RetryQuota()

    def run(self, attempt: Callable[[], Answer]) -> Answer:
        """Return the response of the first attempt that succeeds. Raises Refused at once, and
        Unreachable after the last attempt or when the quota is used up."""
        refill = _REFILL
        for number in range(1, ATTEMPTS + 1):
            try:
                answer = attempt()
            except Refused as refused:
                refused.again = number > 1
                raise
            except Unreachable as failure:
                refill = _THROTTLED_COST if failure.throttled else _COST
                if number == ATTEMPTS or not self._quota.acquire(refill):
                    raise
                time.sleep(secrets.randbelow(_BACKOFF_MS * 2**number) / 1000)
            else:
                self._quota.release(refill)
                return answer
        raise AssertionError("the last attempt returns or raises")


def region_of(session: Session) -> str:
    """Return the AWS region. Raises Misconfigured."""
    region = session.get_config_variable("region")
    if not region:
        raise Misconfigured(
            "There is no AWS region: set AWS_DEFAULT_REGION, as Lambda does, or `region` in the "
            "AWS profile"
        )
    return str(region)


NO_CREDENTIALS = (
    "There are no AWS credentials: give the function a role, or set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
)
