"""API schemas of keys, accounts and workspaces."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from outrider.access.models import ApiKey, PlanName
from outrider.access.scopes import ALL, Role
from outrider.kit import clock
from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input
from outrider.kit.models import Model
from outrider.kit.outbox import Mode

Name = Annotated[str, Field(min_length=1, max_length=100)]
Scope = Annotated[str, Field(json_schema_extra={"enum": list(ALL)})]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=50)]
_LONGEST_LIFE = timedelta(days=3653)
"""Ten years, with the maximum number of leap days."""
_DAY_SECONDS = 86_400


def _expiry(text: str) -> str:
    moment = clock.from_text(text)
    if moment <= clock.now():
        raise ValueError("expires_at must be in the future")
    if moment > clock.now() + _LONGEST_LIFE:
        raise ValueError("expires_at may be at most 10 years from now")
    return clock.to_text(moment)


Expiry = Annotated[
    str, Field(max_length=40, json_schema_extra=json_schema.DATE_TIME), AfterValidator(_expiry)
]
"""RFC 3339 date-time in the future, at most ten years from now."""


class ApiKeyCreate(Input):
    """A new key with permissions from either `scopes` or a `role`."""

    model_config = ConfigDict(json_schema_extra=json_schema.exactly_one("scopes", "role"))

    name: Name
    scopes: Scopes | None = None
    role: Role | None = None
    expires_at: Annotated[
        Expiry | None,
        Field(
            description="From then on the key is refused (RFC 3339, at most 10 years from now, and"
            " no later than the creating key's own expiry, which it is by default)"
        ),
    ] = None

    @model_validator(mode="after")
    def _says_once_what_it_may(self) -> Self:
        if (self.scopes is None) == (self.role is None):
            raise ValueError("Give either scopes or a role")
        return self


class ApiKeyRotate(Input):
    overlap_seconds: Annotated[
        int,
        Field(ge=0, le=7 * _DAY_SECONDS, description="How long the old key goes on working"),
    ] = _DAY_SECONDS


class ApiKeyCreated(ApiKey):
    """The response to the creation or rotation of a key, the only one that contains the key itself.

    If the request is repeated with its Idempotency-Key, `key` is null and `notice` explains how to
    get a new key.
    """

    key: str | None
    notice: str = "Keep the key: it is shown in this answer only"

    def repeated(self) -> Self:
        """Return the response for retries of the request, without the key."""
        notice = (
            "The key was shown once, in the first answer to this request. "
            f"If it was lost: POST /v1/api-keys/{self.id}/rotate gives a new one"
        )
        return self.model_copy(update={"key": None, "notice": notice})


class ApiKeyRevoked(Model):
    id: str
    object: Literal["api_key"] = "api_key"
    revoked: Literal[True] = True
    revoked_at: str


class PlanLimits(Model):
    """A plan. `calls_per_minute` and `calls_per_day` apply to each key."""

    name: PlanName
    """The name of the plan."""
    monthly_credits: int
    calls_per_minute: int
    calls_per_day: int


class CallingKey(Model):
    """The API key of this request, and its rate limits."""

    id: str
    scopes: list[str]
    calls_per_minute: int
    calls_per_day: int


class Account(Model):
    """The workspace of the API key."""

    object: Literal["account"] = "account"
    workspace_id: str
    name: str
    mode: Mode
    created_at: str
    plan: PlanLimits
    key: CallingKey
