"""Mailboxes and what they may send on a day."""

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from outrider.kit import clock
from outrider.mailboxes.checks.models import Check
from outrider.mailboxes.health.breaker import Breaker
from outrider.mailboxes.health.guardrail import Guardrail

DEFAULT_POOL = "pool_default"
RAMP_DAYS = 21
RAMP_START = 5
"""A new mailbox sends 5 mails on its first day, and its full cap from day 21 on."""
OWN_DAY = timedelta(hours=20)
"""A day of the ramp begins with its first mail and lasts at least so long."""

Kind = Literal["ses", "smtp"]
Security = Literal["ssl", "starttls", "none"]
"""TLS from the start, or after STARTTLS. `none` only towards this machine."""
Status = Literal["active", "paused"]
HealthState = Literal["healthy", "degraded", "failing"]
"""`degraded` still sends; `failing` does not."""
HealthReason = Literal[
    "identity",
    "account_refused",
    "login_refused",
    "unreachable",
    "content_refused",
    "spf",
    "dkim",
    "dmarc",
    "bounce_rate",
    "complaint_rate",
]

Proof = Literal["dns", "code", "login", "operator", "first"]
"""How it was proved that an address is the workspace's own: by a record of its domain, a code sent
to it, a login at its own mail server, or the operator's word. `first` proves nothing: no other
workspace had added the address, where the deployment settles for that."""

RATES: frozenset[HealthReason] = frozenset({"bounce_rate", "complaint_rate"})


class SmtpServer(BaseModel):
    """Where a mailbox of kind `smtp` hands its mail over. The password stands here encrypted."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    security: Security
    username: str
    locked_password: bytes = Field(repr=False)


class Mailbox(BaseModel):
    """An address that sends. `daily_cap` is reached at the end of the warm-up ramp; a mailbox that
    is marked `warmed` was warmed up elsewhere and has no ramp. Between two mails lie at least
    `min_gap_seconds`."""

    model_config = ConfigDict(frozen=True)

    id: str
    email: str
    name: str | None = None
    kind: Kind = "ses"
    smtp: SmtpServer | None = None
    mailbox_pool: str = DEFAULT_POOL
    daily_cap: int
    min_gap_seconds: int
    warmed: bool
    dkim_selector: str | None = None
    """Under which name its domain publishes the key of its DKIM signatures."""
    verified_by: Proof | None = None
    """None until it is proved that the address is the workspace's own."""
    verified_at: str | None = None
    status: Status = "active"
    paused_reason: str | None = None
    health: HealthState = "healthy"
    health_reasons: list[HealthReason] = []
    breaker: Breaker | None = None
    """None where nothing was refused since the last mail that was taken."""
    guardrail: Guardrail = Guardrail()
    sending_days: int = 0
    """Days of its own on which it sent, as far as the ramp counts them."""
    day_began_at: str | None = None
    """When the last of these began, with its first mail."""
    last_check: Check | None = None
    created_at: str
    updated_at: str
    version: int = 1

    @property
    def can_send(self) -> bool:
        """Whether mails may go out from here at all, if only a probe; the cap of a day is another
        question."""
        active = self.is_verified and self.status == "active"
        return active and (self.is_healthy or self.is_half_open)

    @property
    def is_verified(self) -> bool:
        return self.verified_by is not None

    @property
    def blocked(self) -> Literal["mailbox_unverified", "mailbox_paused", "mailbox_failing"] | None:
        """Why nothing may go out from here; None where `can_send`."""
        if self.can_send:
            return None
        if not self.is_verified:
            return "mailbox_unverified"
        return "mailbox_paused" if self.is_healthy else "mailbox_failing"

    @property
    def is_healthy(self) -> bool:
        return self.health != "failing"

    @property
    def is_half_open(self) -> bool:
        """Whether one mail may try if the provider takes mails again."""
        if self.breaker is None or not self.is_verified or RATES & set(self.health_reasons):
            return False
        return self.breaker.is_half_open(clock.now())

    @property
    def retry_at(self) -> str | None:
        """When a mailbox that its breaker stopped tries again by itself."""
        tries = self.is_verified and self.status == "active"
        return self.breaker.retry_at if self.breaker and tries else None

    @property
    def is_warmed(self) -> bool:
        return self.warmed or self.sending_days >= RAMP_DAYS

    def cap_on(self, day: date) -> int:
        """Return how many mails this mailbox may send on `day` (UTC), if it sends on each until
        then."""
        number = self.ramp_day(day)
        if self.warmed or number >= RAMP_DAYS:
            return self.daily_cap
        grown = max(0, self.daily_cap - RAMP_START) * (number - 1) // (RAMP_DAYS - 1)
        return min(self.daily_cap, RAMP_START + grown)

    def ramp_day(self, day: date) -> int:
        """Return which day of the ramp `day` is: only days on which it sent count."""
        if self.day_began_at is None:
            return 1
        return self.sending_days + max(0, (day - clock.from_text(self.day_began_at).date()).days)

    def rests_until(self, now: datetime) -> datetime | None:
        """Return when a mailbox that is warmed up may send again, where the calendar's day has
        changed and its own has not: else it sent two days' mails within hours."""
        if self.is_warmed or self.day_began_at is None:
            return None
        began = clock.from_text(self.day_began_at)
        own_day_ends = began + OWN_DAY
        return own_day_ends if began.date() < now.date() and now < own_day_ends else None

    def begins_day(self, now: datetime) -> bool:
        """Whether a mail sent now is the first of a day of the ramp."""
        if self.is_warmed:
            return False
        return self.day_began_at is None or now >= clock.from_text(self.day_began_at) + OWN_DAY

    def having_sent(self, now: datetime) -> "Mailbox":
        """Return it after a mail sent now: a day of the ramp may have begun."""
        if not self.begins_day(now):
            return self
        began = {"sending_days": self.sending_days + 1, "day_began_at": clock.to_text(now)}
        return self.model_copy(update=began)
