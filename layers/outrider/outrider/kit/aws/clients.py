"""AWS clients: one boto3 session per process; each client is created once, on first use.

DynamoDB needs only botocore's session, on which the boto3 session is based. Functions that call no
other service therefore never import boto3.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from botocore import UNSIGNED
from botocore.config import Config
from botocore.session import Session, get_session
from botocore.utils import get_environ_proxies

from outrider.kit import clock
from outrider.kit.aws.dynamodb_http import HttpDynamoDB, endpoint
from outrider.kit.aws.dynamodb_transport import CONNECT_SECONDS, READ_SECONDS, DynamoDB, region_of
from outrider.kit.settings import Misconfigured, settings

T = TypeVar("T")

_FRESH = timedelta(seconds=20)
"""Idle time within which a connection is certain to be still open."""
_ONCE = {"total_max_attempts": 1}
_DEFAULTS = {"connect_timeout": 2, "read_timeout": 5, "tcp_keepalive": True}
_PER_SERVICE: dict[str, Config] = {
    # Retried by kit/aws/dynamodb_transport.py. The only attempt of the mode "legacy" verifies the
    # answer's CRC-32, that of "standard" does not. DynamoDB validates the parameters itself.
    "dynamodb": Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        tcp_keepalive=True,
        parameter_validation=False,
        retries={"mode": "legacy", "total_max_attempts": 1},
    ),
    # No retries: SendEmail has no idempotency token, so a second call sends a second email.
    "sesv2": Config(connect_timeout=3, read_timeout=20, retries=_ONCE),
    # No retries: Publish has no deduplication for text messages.
    "sns": Config(connect_timeout=3, read_timeout=20, retries=_ONCE),
    # No retries: Invoke has no idempotency token. API functions end after 29 s.
    "lambda": Config(connect_timeout=2, read_timeout=29, tcp_keepalive=True, retries=_ONCE),
    # Presigned URLs must use Signature Version 4 and the bucket's region, and must not require the
    # checksums that newer clients add by default, because a plain PUT does not send them.
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
_OTHERS = Config(**_DEFAULTS, retries={"mode": "standard", "max_attempts": 3})
_made: dict[str, Any] = {}
_used: dict[str, datetime] = {}
_lock = RLock()
"""Lock for creating clients: botocore's sessions are not thread-safe, its clients are."""


def session() -> Session:
    """Return botocore's session, on which the boto3 session is based."""
    return _cached("session", get_session)


def client(service: str) -> Any:
    """Return the client of `service`, kept for the life of the process. Raises Misconfigured.

    Lambda freezes the process between invocations, and the service may close idle connections in
    the meantime. Clients that retry recover by themselves. A client that must not retry would fail
    with an unknown outcome, so it opens a new connection if it has been idle for too long.
    """
    found = _cached(f"client {service}", lambda: _new_client(service))
    if found.meta.config.retries == _ONCE:
        now = clock.now()  # wall-clock time: a monotonic clock may stop while Lambda is frozen
        if now - _used.get(service, now) > _FRESH:
            found.close()
        _used[service] = now
    return found


def unsigned_client(service: str, url: str) -> Any:
    """Return a new client of `service` at `url` that neither signs its requests nor retries them,
    for credentials other than those of the function's role. Raises Misconfigured."""
    region_of(session())
    config = Config(signature_version=UNSIGNED, proxies={}, retries=_ONCE)
    return _sdk().client(service, endpoint_url=url, config=config)


def dynamodb() -> DynamoDB:
    """Return the DynamoDB transport, kept for the life of the process. Raises Misconfigured."""
    return _cached("dynamodb", lambda: connect_dynamodb(session()))


def region() -> str:
    """Return the AWS region. Raises Misconfigured."""
    return region_of(session())


def reset(*names: str) -> None:
    """Discard all cached clients, or only those with these names (for tests)."""
    for name in names or tuple(_made):
        _made.pop(name, None)
    _used.clear()


def connect(session: Session) -> DynamoDB:
    """Return the transport selected by `OUTRIDER_DYNAMODB`. By default this is our HTTP transport,
    unless the configuration has a setting that only the AWS SDK supports. Raises Misconfigured."""
    chosen = settings().outrider_dynamodb
    needs_sdk = _sdk_only_setting(session) if chosen != "boto3" else ""
    if chosen == "http" and needs_sdk:
        raise Misconfigured(
            f"OUTRIDER_DYNAMODB is http, which ignores {needs_sdk}: unset one of the two"
        )
    if (chosen == "auto" and not needs_sdk) or chosen == "http":
        return HttpDynamoDB(session)
    from outrider.kit.aws.dynamodb_boto3 import Boto3DynamoDB  # noqa: PLC0415 - off the hot path

    return Boto3DynamoDB(client("dynamodb"))


connect_dynamodb: Callable[[Session], DynamoDB] = connect
"""Factory of the transport; tests replace it to wrap the transport."""


def _sdk_only_setting(session: Session) -> str:
    """Return the name of a configured setting that our HTTP transport does not support, or an empty
    text."""
    for variable, name in _SDK_ONLY.items():
        if session.get_config_variable(variable) in (True, "required"):
            return name
    profile = session.get_scoped_config()
    if "services" in profile or "endpoint_url" in profile:
        return "the endpoints of the AWS profile"
    url = urlsplit(endpoint(region_of(session)))
    if url.scheme in get_environ_proxies(url.geturl()):
        return f"{url.scheme.upper()}_PROXY"
    return ""


_SDK_ONLY = {
    "use_fips_endpoint": "AWS_USE_FIPS_ENDPOINT",
    "use_dualstack_endpoint": "AWS_USE_DUALSTACK_ENDPOINT",
    "ignore_configured_endpoint_urls": "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "account_id_endpoint_mode": "AWS_ACCOUNT_ID_ENDPOINT_MODE",
}


def _new_client(service: str) -> Any:
    region_of(session())
    return _sdk().client(service, config=_PER_SERVICE.get(service, _OTHERS))


def _sdk() -> Any:
    from boto3.session import Session as Sdk  # noqa: PLC0415 - 14 ms that DynamoDB does not need

    return _cached("sdk", lambda: Sdk(botocore_session=session()))


def _cached(name: str, make: Callable[[], T]) -> T:
    """Return the cached object of this name; create it only once, even with concurrent threads."""
    if name not in _made:
        with _lock:
            if name not in _made:
                _made[name] = make()
    found: T = _made[name]
    return found
