"""DynamoDB transport over its JSON protocol: botocore provides the credentials, urllib3 the
connection pool.

botocore's own client spends most of a call's CPU time on generic features: service models, event
hooks, signing of arbitrary requests, parsing. `bench/cpu.py` measures the difference.

Source:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import re
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import urllib3
from botocore.exceptions import BotoCoreError
from botocore.httpsession import get_cert_path
from botocore.session import Session
from urllib3.connection import HTTPConnection

from outrider.kit import json
from outrider.kit.aws.dynamodb_transport import (
    CONNECT_SECONDS,
    NO_CREDENTIALS,
    READ_SECONDS,
    Answer,
    Retries,
    Unreachable,
    failed,
    region_of,
)
from outrider.kit.aws.signature import Scope
from outrider.kit.settings import Misconfigured, settings

_CONNECTIONS = 10
TIMEOUT = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
_KEEP_ALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
_UNFIT_FOR_USER_AGENT = re.compile(r"[^\w!$%&'*+.^`|~-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class DynamoResponse:
    """HTTP response of DynamoDB; `crc32` is the header with the checksum of `data`."""

    status: int
    data: bytes
    crc32: str | None = None

    def read(self) -> Answer:
        """Return the decoded body. Raises Refused, Unreachable (also if the checksum differs)."""
        if self.crc32 is not None and int(self.crc32) != crc32(self.data):
            raise Unreachable("the response is corrupt: its CRC-32 does not match the header")
        if self.status == 200:
            answer: Answer = json.loads(self.data)
            return answer
        details = self._details()
        code = str(details.get("__type", self.status)).rpartition("#")[2]
        raise failed(self.status, code, details)

    def _details(self) -> dict[str, Any]:
        try:
            details = json.loads(self.data)
        except ValueError:
            return {}
        return details if isinstance(details, dict) else {}


class HttpDynamoDB:
    """Transport with the credentials of `session`, to the endpoint of its region or the one set in
    `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`. Raises Misconfigured without a region."""

    def __init__(self, session: Session) -> None:
        self._session = session
        region = region_of(session)
        self._scope = Scope(region, "dynamodb")
        self.url = endpoint(region)
        self._headers = {
            "accept-encoding": "identity",
            "content-type": "application/x-amz-json-1.0",
            "host": urlsplit(self.url).netloc,
            "user-agent": _user_agent(session),
        }
        self._retries = Retries()
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS,
            timeout=TIMEOUT,
            retries=False,
            ca_certs=session.get_config_variable("ca_bundle") or get_cert_path(verify=True),
            socket_options=[*HTTPConnection.default_socket_options, _KEEP_ALIVE],
        ).connection_from_url(self.url)

    def close(self) -> None:
        self._pool.close()

    def call(self, operation: str, params: dict[str, Any]) -> Answer:
        body = json.dumps(params)
        return self._retries.run(lambda: self._send(operation, body).read())

    def _send(self, operation: str, body: bytes) -> DynamoResponse:
        # Loaded on each call: the provider of a container or an instance may not be ready at start.
        credentials = self._session.get_credentials()
        if credentials is None:
            raise Misconfigured(NO_CREDENTIALS)
        headers = {**self._headers, "x-amz-target": f"DynamoDB_20120810.{operation}"}
        try:
            frozen = credentials.get_frozen_credentials()
            if frozen.token:
                headers["x-amz-security-token"] = frozen.token
            signed = self._scope.sign(
                headers,
                body,
                access_key=frozen.access_key,
                secret_key=frozen.secret_key,
                now=datetime.now(UTC),  # not `clock`, which tests freeze: AWS checks the real time
            )
            answer = self._pool.urlopen("POST", "/", body=body, headers=signed)
        except (urllib3.exceptions.HTTPError, BotoCoreError) as failure:
            raise Unreachable(str(failure)) from failure
        return DynamoResponse(answer.status, answer.data, answer.headers.get("x-amz-crc32"))


def endpoint(region: str) -> str:
    """Return the endpoint URL: the one set in the AWS SDK's environment variables, or else that of
    the region."""
    configured = settings().aws_endpoint_url_dynamodb or settings().aws_endpoint_url
    if configured:
        return configured.rstrip("/") + "/"
    return f"https://dynamodb.{region}.{settings().url_suffix}/"


def _user_agent(session: Session) -> str:
    """Return the User-Agent header, with the SDK's application id, which CloudTrail shows."""
    app_id = session.get_config_variable("user_agent_appid")
    return f"outrider app/{_UNFIT_FOR_USER_AGENT.sub('-', app_id)}" if app_id else "outrider"
