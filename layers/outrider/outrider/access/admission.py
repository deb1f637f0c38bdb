"""Admission of API requests: authentication, rate limit and scope, in one DynamoDB call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from outrider.access import scopes
from outrider.access.credentials import Credential
from outrider.access.delegation import Delegation
from outrider.access.errors import (
    InvalidApiKey,
    MissingAuth,
    PlanRequired,
    ScopeDenied,
    WorkspaceSuspended,
)
from outrider.access.idempotency import Idempotency, key_of
from outrider.access.meter import Claim, Meter, rate_limit_headers
from outrider.access.models import Caller, WorkspaceId
from outrider.kit import clock
from outrider.kit.aws.dynamodb import StoreFailed, Table
from outrider.kit.http.edge import Admitted, Api
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import Answer, Headers
from outrider.kit.observability.logs import logger
from outrider.kit.settings import settings


def native_api() -> Api:
    """Return an API without routes that authenticates with API keys (`/v1`)."""
    return Api(admit)


def admit(request: Request, needed: Sequence[str], render: Callable[[Any], Answer]) -> Admitted:
    """Return the caller of a request, and the rate limit headers for the response.

    Raises MissingAuth, InvalidApiKey, WorkspaceSuspended, PlanRequired, RateLimited, ScopeDenied;
    ValidationFailed for an invalid Idempotency-Key; StoreFailed if the meter fails, except for GET
    requests, which are then admitted unmetered.

    A call that an agent makes for the key (see Delegation) counts as one of the key, and has the
    scopes that both have.
    """
    delegation = Delegation.of(request.authorizer)
    claim = delegation or _credential(request)
    record, headers = _count(request, claim, scopes.resource(needed[0]))
    caller = _caller(record, request, headers)
    if delegation:
        granted = scopes.common(caller.scopes, delegation.scopes)
        caller = replace(caller, actor=delegation.actor, scopes=granted)
    if missing := [each for each in needed if not scopes.covers(caller.scopes, each)]:
        named = " and ".join(missing)
        raise ScopeDenied(
            f"This call needs the scope{'s' if len(missing) > 1 else ''} {named}, which this "
            f"{'agent run' if delegation else 'API key'} does not have",
            headers=headers,
        )
    if key := key_of(request, headers):
        table, workspace, actor = _keys(), caller.workspace, caller.actor
        idempotency = Idempotency(table, workspace, actor, key, request, render)
        return Admitted(replace(caller, idempotency=idempotency), headers, idempotency)
    return Admitted(caller, headers)


def identify(request: Request, family: str | None) -> Caller:
    """Return the caller of a request that needs an API key with any scopes.

    It is counted as a call to routes of `family`; None for a request that only leads to others,
    which are counted. Raises MissingAuth, InvalidApiKey, WorkspaceSuspended, PlanRequired,
    RateLimited, StoreFailed.
    """
    if family is None:
        return _caller(_meter().admit_uncounted(_credential(request)), request, {})
    record, headers = _count(request, _credential(request), family)
    return _caller(record, request, headers)


def is_usable(delegation: Delegation) -> bool:
    """Return whether calls with this delegation are admitted now, without counting one. Raises
    StoreFailed."""
    try:
        _meter().admit_uncounted(delegation)
    except (InvalidApiKey, WorkspaceSuspended, PlanRequired):
        return False
    return True


def _caller(record: Mapping[str, Any], request: Request, headers: Headers) -> Caller:
    logger().append_keys(workspace=record["workspace"], key_id=record["key_id"])
    expires_ms = record.get("expires_ms")
    return Caller(
        workspace=WorkspaceId(record["workspace"]),
        actor=f"key:{record['key_id']}",
        scopes=frozenset(record["scopes"]),
        expires_at=clock.to_text(clock.from_epoch_ms(expires_ms)) if expires_ms else None,
        request_id=request.request_id,
        plan=record["plan"],
        seal=record["seal"],
        headers=headers,
        api_url=request.api_url,
    )


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


def _count(request: Request, claim: Claim, family: str) -> tuple[dict[str, Any], Headers]:
    try:
        record = _meter().admit(claim, family)
    except StoreFailed as failure:
        logger().error("metering failed", error=str(failure.__cause__), alarm="metering")
        if request.method != "GET":
            raise
        return _meter().admit_uncounted(claim), {}
    return record, rate_limit_headers(record, clock.epoch_ms())


@cache
def _meter() -> Meter:
    return Meter(_keys())


def _keys() -> Table:
    return Table(settings().keys_table)
