"""AWS clients: one botocore Session per process, each client made once, on first use."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

from outrider.kit import clock
from outrider.kit.aws.dynamodb_http import DynamoDB

_FRESH = timedelta(seconds=20)
"""So long a connection that is left alone is certainly still there."""
_ONCE = {"total_max_attempts": 1}
_DEFAULTS = {"connect_timeout": 2, "read_timeout": 5, "tcp_keepalive": True}
_PER_SERVICE: dict[str, Config] = {
    # A repeated SendEmail sends a second mail: the API has no idempotency token.
    "sesv2": Config(connect_timeout=3, read_timeout=20, retries=_ONCE),
    # Nor does Publish know a message to a phone again.
    "sns": Config(connect_timeout=3, read_timeout=20, retries=_ONCE),
    # Links must be signed with version 4, for the bucket's region; without the checksums that newer
    # clients add, which a plain PUT does not send.
    "s3": Config(
        connect_timeout=2,
        read_timeout=20,
        tcp_keepalive=True,
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "max_attempts": 3},
    ),
}
connect_dynamodb: Callable[[Session], DynamoDB] = DynamoDB
"""Tests stand in between."""
_OTHERS = Config(**_DEFAULTS, retries={"mode": "standard", "max_attempts": 3})


@cache
def session() -> Session:
    return get_session()


def client(service: str) -> Any:
    """The client of `service`, kept for the life of the process.

    Lambda freezes a process between its calls, and meanwhile the other side closes connections. A
    client that repeats calls does not mind; one that must not could only say that it knows nothing
    of the call, so it connects anew where its connections may be gone.
    """
    found = _client(service)
    if found.meta.config.retries == _ONCE:
        now = clock.now()  # of the wall: other clocks may stand still in a frozen process
        if now - _used.get(service, now) > _FRESH:
            found.close()
        _used[service] = now
    return found


_used: dict[str, datetime] = {}


@cache
def _client(service: str) -> Any:
    return session().create_client(service, config=_PER_SERVICE.get(service, _OTHERS))


@cache
def dynamodb() -> DynamoDB:
    return connect_dynamodb(session())


def region() -> str:
    return str(session().get_config_variable("region") or "us-east-1")


def reset() -> None:
    """Forget every client and the session (tests)."""
    _client.cache_clear()
    _used.clear()
    dynamodb.cache_clear()
    session.cache_clear()
