"""Request and response bodies of the mailboxes API."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from outrider.kit.http import json_schema
from outrider.kit.http.inputs import Input
from outrider.kit.http.pagination import PageQuery
from outrider.kit.models import Model
from outrider.kit.outbound.targets import HOST_PATTERN, parse_host
from outrider.kit.text.addresses import Email
from outrider.mailboxes.checks.models import Check
from outrider.mailboxes.health.guardrail import Guardrail
from outrider.mailboxes.models import (
    DEFAULT_POOL,
    RAMP_DAYS,
    HealthReason,
    HealthState,
    Kind,
    Mailbox,
    Proof,
    Security,
    Status,
)

PoolId = Annotated[str, Field(pattern=r"^pool_[a-z0-9_]{1,40}$", examples=["pool_sales"])]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Cap = Annotated[int, Field(ge=1, le=100_000)]
Gap = Annotated[int, Field(ge=0, le=86_400)]
Host = Annotated[
    str,
    Field(max_length=253, json_schema_extra={"pattern": HOST_PATTERN}),
    AfterValidator(parse_host),
]
Port = Annotated[int, Field(ge=1, le=65_535)]
Credential = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[\x20-\x7e]+$")]
"""ASCII only: SMTP login mechanisms do not agree on any other encoding."""
Password = Annotated[Credential, Field(json_schema_extra={"writeOnly": True})]
Selector = Annotated[
    str,
    Field(max_length=63, pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", examples=["s1"]),
]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class SmtpCreate(Input):
    """Without `security`, it is `ssl` on port 465 and `starttls` on other ports. The password is
    stored encrypted and never returned."""

    host: Host
    port: Port = 587
    security: Security | None = None
    username: Credential
    password: Password = Field(repr=False)


_PLACE = ("host", "port", "security")


class SmtpUpdate(Input):
    """`host`, `port` and `security` may only be changed together with `password`, so that a stored
    password never goes to another server."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                json_schema.given("password"),
                {"properties": {name: {"not": {}} for name in _PLACE}},
            ]
        }
    )

    host: Host | None = None
    port: Port | None = None
    security: Security | None = None
    username: Credential | None = None
    password: Password | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _needs_the_password_elsewhere(self) -> Self:
        elsewhere = self.model_fields_set & set(_PLACE)
        if elsewhere and self.password is None:
            raise ValueError("A change of the server needs the password: send smtp.password too")
        return self


class MailboxCreate(Input):
    """The workspace must verify that it owns `email` before anything is sent. Amazon SES must also
    have a verified identity for the address or its domain, or the server in `smtp` must send for
    it."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": json_schema.given("kind", {"kind": {"const": "smtp"}}),
            "then": json_schema.given("smtp"),
            "else": {"properties": {"smtp": {"type": "null"}}},
        }
    )

    email: Email
    name: Name | None = None
    kind: Kind = "ses"
    smtp: SmtpCreate | None = None
    mailbox_pool: PoolId = DEFAULT_POOL
    daily_cap: Cap = 50
    min_gap_seconds: Gap = 60
    warmed: bool = False
    dkim_selector: Selector | None = None
    guardrail: Guardrail = Guardrail()

    @model_validator(mode="after")
    def _has_a_server_or_needs_none(self) -> Self:
        if (self.kind == "smtp") != (self.smtp is not None):
            raise ValueError(
                "A mailbox of kind smtp needs its server in smtp, and no other kind has one"
            )
        return self


class MailboxUpdate(Input):
    """Only given fields are changed; null clears `name`, `dkim_selector` and `paused_reason`."""

    model_config = ConfigDict(
        json_schema_extra=json_schema.never_null(
            "mailbox_pool", "daily_cap", "min_gap_seconds", "warmed", "guardrail", "status"
        )
    )

    name: Name | None = None
    smtp: SmtpUpdate | None = None
    mailbox_pool: PoolId | None = None
    daily_cap: Cap | None = None
    min_gap_seconds: Gap | None = None
    warmed: bool | None = None
    dkim_selector: Selector | None = None
    guardrail: Guardrail | None = None
    status: Status | None = None
    """`paused` stops sending from this mailbox, `active` resumes it."""
    paused_reason: Reason | None = None


class MailboxQuery(PageQuery):
    mailbox_pool: Annotated[PoolId | None, Field(description="Only mailboxes of this pool")] = None


class SmtpView(Model):
    host: str
    port: int
    security: Security
    username: str


class Warmup(Model):
    """Warm-up ramp. `day` is the current day of the ramp; only days on which the mailbox sends
    count. `finished` from the last day on, or if the mailbox was warmed up elsewhere."""

    day: int
    days: int = RAMP_DAYS
    finished: bool


_NOT_SHOWN = {"smtp", "breaker", "sending_days", "day_began_at"}


class MailboxView(Model):
    """A mailbox with today's (UTC) cap and usage. Until it is `verified`, it sends nothing and
    receives no replies. `used_today` is the number of emails counted against `cap_today`. If its
    provider refuses email, `health_detail` is the provider's own message, and `retry_at` is when
    sending is retried automatically."""

    id: str
    object: Literal["mailbox"] = "mailbox"
    email: str
    name: str | None = None
    kind: Kind
    smtp: SmtpView | None = None
    mailbox_pool: str
    daily_cap: int
    min_gap_seconds: int
    warmed: bool
    dkim_selector: str | None = None
    verified: bool
    verified_by: Proof | None = None
    verified_at: str | None = None
    status: Status
    """A `paused` mailbox sends nothing until its status is set to `active`."""
    paused_reason: str | None = None
    health: HealthState
    health_reasons: list[HealthReason]
    health_detail: str | None
    retry_at: str | None
    guardrail: Guardrail
    warmup: Warmup
    cap_today: int
    used_today: int
    last_check: Check | None = None
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def of(cls, mailbox: Mailbox, used: int, now: datetime) -> Self:
        return cls(
            **mailbox.model_dump(exclude=_NOT_SHOWN),
            verified=mailbox.is_verified,
            health_detail=mailbox.breaker.detail if mailbox.breaker else None,
            retry_at=mailbox.retry_at,
            smtp=(
                SmtpView(**mailbox.smtp.model_dump(exclude={"locked_password"}))
                if mailbox.smtp
                else None
            ),
            warmup=warmup_of(mailbox, now),
            cap_today=mailbox.cap_on(now.date()),
            used_today=used,
        )


def warmup_of(mailbox: Mailbox, now: datetime) -> Warmup:
    day = min(mailbox.ramp_day(now.date()), RAMP_DAYS)
    return Warmup(day=day, finished=mailbox.is_warmed)


class MailboxDeleted(Model):
    id: str
    object: Literal["mailbox"] = "mailbox"
    deleted: Literal[True] = True
