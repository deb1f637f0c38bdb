"""DynamoDB's JSON protocol: botocore finds the credentials, urllib3 keeps the connections.

botocore's own client spends most of a call's CPU on what its many services need: models, event
hooks, signatures of any request, parsing. `bench/cpu.py` has the numbers.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import secrets
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import urllib3
from botocore.exceptions import BotoCoreError
from botocore.httpsession import get_cert_path
from botocore.session import Session
from urllib3.connection import HTTPConnection

from outrider.kit import json
from outrider.kit.aws.signature import Scope
from outrider.kit.settings import settings

ATTEMPTS = 3
_BACKOFF_MS = 50
TIMEOUT = urllib3.Timeout(connect=2, read=5)
_CONNECTIONS = 10
_KEEP_ALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
_HEADERS = {
    "accept-encoding": "identity",
    "content-type": "application/x-amz-json-1.0",
    "user-agent": "outrider",
}
PASSING = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Errors that say nothing about the call itself: the same call may succeed later."""


class Unreachable(Exception):
    """DynamoDB did not answer, or has no capacity for us just now."""


class Refused(Exception):
    """DynamoDB refused a call for what it asks. `details` is its answer, `again` whether the call
    was sent before, by an attempt that may have been carried out though its answer was lost."""

    def __init__(self, code: str, details: dict[str, Any]) -> None:
        super().__init__(f"{code}: {details.get('message') or details.get('Message')}")
        self.code = code
        self.details = details
        self.again = False


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    data: bytes

    def read(self) -> dict[str, Any]:
        """The answer. Raises Refused, Unreachable."""
        if self.status == 200:
            answer: dict[str, Any] = json.loads(self.data)
            return answer
        details = self._details()
        code = str(details.get("__type", self.status)).rpartition("#")[2]
        if self.status >= 500 or code in PASSING:
            raise Unreachable(code)
        raise Refused(code, details)

    def _details(self) -> dict[str, Any]:
        try:
            details = json.loads(self.data)
        except ValueError:
            return {}
        return details if isinstance(details, dict) else {}


class DynamoDB:
    """Calls with the credentials of `session`, tried again while they fail in passing."""

    def __init__(self, session: Session) -> None:
        self._credentials = session.get_credentials()
        region = str(session.get_config_variable("region"))
        self._scope = Scope(region, "dynamodb")
        self.url = _endpoint(region)
        self._headers = {**_HEADERS, "host": urlsplit(self.url).netloc}
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS,
            timeout=TIMEOUT,
            retries=False,
            ca_certs=session.get_config_variable("ca_bundle") or get_cert_path(verify=True),
            socket_options=[*HTTPConnection.default_socket_options, _KEEP_ALIVE],
        ).connection_from_url(self.url)

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer of `operation` (`GetItem`, …). Raises Refused, Unreachable."""
        body = json.dumps(params)
        for attempt in range(1, ATTEMPTS):
            try:
                return self._attempt(operation, body, again=attempt > 1)
            except Unreachable:
                time.sleep(secrets.randbelow(_BACKOFF_MS * 2**attempt) / 1000)
        return self._attempt(operation, body, again=True)

    def _attempt(self, operation: str, body: bytes, *, again: bool) -> dict[str, Any]:
        try:
            return self._send(operation, body).read()
        except Refused as refused:
            refused.again = again
            raise

    def _send(self, operation: str, body: bytes) -> Reply:
        if self._credentials is None:
            raise Unreachable("there are no AWS credentials")
        headers = {**self._headers, "x-amz-target": f"DynamoDB_20120810.{operation}"}
        try:
            credentials = self._credentials.get_frozen_credentials()
            if credentials.token:
                headers["x-amz-security-token"] = credentials.token
            signed = self._scope.sign(
                headers,
                body,
                access_key=credentials.access_key,
                secret_key=credentials.secret_key,
                now=datetime.now(UTC),  # whatever a test clock says: AWS looks at its own
            )
            answer = self._pool.urlopen("POST", "/", body=body, headers=signed)
        except (urllib3.exceptions.HTTPError, BotoCoreError) as failure:
            raise Unreachable(str(failure)) from failure
        return Reply(answer.status, answer.data)


def _endpoint(region: str) -> str:
    """From the variables that every AWS SDK knows, else that of the region."""
    configured = settings().aws_endpoint_url_dynamodb or settings().aws_endpoint_url
    if configured:
        return configured.rstrip("/") + "/"
    return f"https://dynamodb.{region}.{settings().url_suffix}/"
