"""Admission of API requests: authentication, rate limit and scope, in one DynamoDB call."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from outrider.access import scopes
from outrider.access.credentials import Credential
from outrider.access.errors import InvalidApiKey, MissingAuth, ScopeDenied
from outrider.access.idempotency import Idempotency, key_of
from outrider.access.meter import Meter, rate_limit_headers
from outrider.access.models import Caller, WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import StoreFailed, Table
from outrider.kit.http.edge import Admitted, Api
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Headers
from outrider.kit.observability.logs import logger
from outrider.kit.settings import settings


def native_api() -> Api:
    """Return an API without routes that authenticates with API keys (`/v1`)."""
    return Api(admit)


def admit(request: Request, needed: Sequence[str], status: int) -> Admitted:
    """Return the caller of a request, and the rate limit headers for the response.

    Raises MissingAuth, InvalidApiKey, PlanRequired, RateLimited, ScopeDenied; ValidationFailed for
    an invalid Idempotency-Key; StoreFailed if the meter fails, except for GET requests, which are
    then admitted unmetered.
    """
    record, headers = _count(request, _credential(request), scopes.resource(needed[0]))
    logger().append_keys(workspace=record["workspace"], key_id=record["key_id"])
    if missing := [each for each in needed if not scopes.covers(record["scopes"], each)]:
        named = " and ".join(missing)
        raise ScopeDenied(
            f"This call needs the scope{'s' if len(missing) > 1 else ''} {named}, which this API "
            "key does not have",
            headers=headers,
        )
    workspace = WorkspaceId(record["workspace"])
    key = key_of(request, headers)
    actor = f"key:{record['key_id']}"
    idempotency = Idempotency(_keys(), workspace, actor, key, request, status) if key else None
    expires_ms = record.get("expires_ms")
    caller = Caller(
        workspace=workspace,
        actor=actor,
        scopes=frozenset(record["scopes"]),
        expires_at=clock.to_text(clock.from_epoch_ms(expires_ms)) if expires_ms else None,
        request_id=request.request_id,
        plan=record["plan"],
        seal=record["seal"],
        idempotency=idempotency,
        headers=headers,
        api_url=request.api_url,
    )
    return Admitted(caller, headers, idempotency)


def _credential(request: Request) -> Credential:
    header = request.headers.get("authorization")
    if not header:
        raise MissingAuth
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidApiKey.without_bearer(basic=scheme.lower() == "basic")
    credential = Credential.parse(text.strip())
    if credential is None:
        raise InvalidApiKey
    return credential


def _count(request: Request, credential: Credential, family: str) -> tuple[dict[str, Any], Headers]:
    try:
        record = _meter().admit(credential, family)
    except StoreFailed as failure:
        logger().error("metering failed", error=str(failure.__cause__), alarm="metering")
        if request.method != "GET":
            raise
        return _meter().admit_read_unmetered(credential), {}
    return record, rate_limit_headers(record, clock.epoch_ms())


@cache
def _meter() -> Meter:
    return Meter(_keys())


def _keys() -> Table:
    return Table(settings().keys_table)
