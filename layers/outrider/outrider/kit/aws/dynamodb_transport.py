"""The transport to DynamoDB: its protocol, its errors, and the retries that both transports share.

`dynamodb_http` is ours, and fast; `dynamodb_boto3` is the AWS SDK's client. `clients` chooses.
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
CONNECT_SECONDS, READ_SECONDS = 2, 5
_BACKOFF_MS = 50
_COST, _THROTTLED_COST, _REFILL = 14, 5, 1
"""Of the retry quota, as in botocore's standard mode."""
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
"""Errors that say nothing about the call itself: the same call may succeed later."""


class Unreachable(Exception):
    """DynamoDB did not answer, or has no capacity for us just now."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.throttled = why in _THROTTLED


class Refused(Exception):
    """DynamoDB refused a call for what it asks. `details` is its answer, `again` whether the call
    was sent before, by an attempt that may have been carried out though its answer was lost."""

    def __init__(self, code: str, details: dict[str, Any]) -> None:
        super().__init__(f"{code}: {details.get('message') or details.get('Message')}")
        self.code = code
        self.details = details
        self.again = False


class DynamoDB(Protocol):
    """Calls to DynamoDB by the names and parameters of its API."""

    def call(self, operation: str, params: dict[str, Any]) -> Answer:
        """Return the answer of `operation` (`GetItem`, …); binary values may be base64 or bytes.

        Raises Refused, Unreachable after the last attempt, Misconfigured at once.
        """
        ...


def failed(status: int, code: str, details: dict[str, Any]) -> Refused | Unreachable:
    """Return the error for an answer that is none."""
    if status >= 500 or code in TRANSIENT:
        return Unreachable(code)
    return Refused(code, details)


class Retries:
    """Retries with jitter, within a quota: when most calls fail, each is tried only once, so that
    a table in trouble does not get three times its load. Shared by all calls of a process.

    Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """

    def __init__(self) -> None:
        self._quota = RetryQuota()

    def run(self, attempt: Callable[[], Answer]) -> Answer:
        """Return the answer of the first attempt that has one. Raises what the last one raises."""
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
