"""AWS clients: one botocore Session per process, each client made once, on first use."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

_DEFAULTS = {"connect_timeout": 2, "read_timeout": 5, "tcp_keepalive": True}
_PER_SERVICE: dict[str, Config] = {
    "dynamodb": Config(
        **_DEFAULTS, parameter_validation=False, retries={"mode": "standard", "max_attempts": 3}
    ),
    # A repeated SendEmail sends a second mail: the API has no idempotency token.
    "sesv2": Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 1}),
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
_OTHERS = Config(**_DEFAULTS, retries={"mode": "standard", "max_attempts": 3})


@cache
def session() -> Session:
    return get_session()


@cache
def client(service: str) -> Any:
    made = session().create_client(service, config=_PER_SERVICE.get(service, _OTHERS))
    if service == "dynamodb":
        made.meta.events.register("before-parse.dynamodb", _keep_raw_body)
    return made


def region() -> str:
    return str(session().get_config_variable("region") or "us-east-1")


def reset() -> None:
    """Forget every client and the session (tests)."""
    client.cache_clear()
    session.cache_clear()


def _keep_raw_body(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any
) -> None:
    """Hand the body of a successful call over unparsed: botocore's parser takes most of the CPU of
    a query, and `kit.dynamo` reads the body with orjson. Errors keep botocore's own parsing."""
    if response_dict["status_code"] == 200:
        customized_response_dict["raw"] = response_dict["body"]
        response_dict["body"] = b"{}"
