"""Mailboxes, their warm-up ramp and their daily cap."""

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import ConfigDict, Field

from outrider.kit import clock
from outrider.kit.models import Model
from outrider.mailboxes.checks.models import Check
from outrider.mailboxes.health.breaker import Breaker
from outrider.mailboxes.health.guardrail import Guardrail

DEFAULT_POOL = "pool_default"
RAMP_DAYS = 21
RAMP_START = 5
"""A new mailbox sends 5 emails on its first day, and its full cap from day 21 on."""
OWN_DAY = timedelta(hours=20)
"""A day of the ramp begins with its first email and lasts at least this long."""

Kind = Literal["ses", "smtp"]
Security = Literal["ssl", "starttls", "none"]
"""`ssl` is TLS from the start, `starttls` an upgrade after STARTTLS. `none` is allowed only to this
machine."""
Status = Literal["active", "paused"]
HealthState = Literal["healthy", "degraded", "failing"]
"""Health of a mailbox: a `degraded` one still sends, a `failing` one does not."""
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
"""Method by which the workspace proved that it owns an address: a TXT record of its domain, a code
sent to it, a login at the domain's own mail server, or a grant by the operator. `first` is no
proof: no other workspace had added the address, which is enough if the deployment allows it
(MailboxOwnership)."""

RATES: frozenset[HealthReason] = frozenset({"bounce_rate", "complaint_rate"})


class SmtpServer(Model):
    """SMTP server that sends the emails of a mailbox of kind `smtp`. The password is encrypted."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    security: Security
    username: str
    locked_password: bytes = Field(repr=False)


class Mailbox(Model):
    """A sending address. `daily_cap` is reached at the end of the warm-up ramp; a mailbox marked
    `warmed` was warmed up elsewhere and has no ramp. At least `min_gap_seconds` pass between two
    emails."""

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
    """Selector under which the domain publishes its DKIM key."""
    verified_by: Proof | None = None
    """None until the workspace has proved that it owns the address."""
    verified_at: str | None = None
    status: Status = "active"
    paused_reason: str | None = None
    health: HealthState = "healthy"
    health_reasons: list[HealthReason] = []
    breaker: Breaker | None = None
    """Circuit breaker; None if nothing was refused since the last accepted email."""
    guardrail: Guardrail = Guardrail()
    sending_days: int = 0
    """Number of ramp days on which the mailbox has sent; not counted further once it is warmed
    up."""
    day_began_at: str | None = None
    """Time of the first email of the latest ramp day."""
    last_check: Check | None = None
    created_at: str
    updated_at: str
    version: int = 1

    @property
    def can_send(self) -> bool:
        """Return whether the mailbox may send, be it only a probe; the daily cap is not
        considered."""
        active = self.is_verified and self.status == "active"
        return active and (self.is_healthy or self.is_half_open)

    @property
    def is_verified(self) -> bool:
        return self.verified_by is not None

    @property
    def blocked(self) -> Literal["mailbox_unverified", "mailbox_paused", "mailbox_failing"] | None:
        """Return the reason why the mailbox may not send; None if it can."""
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
        """Return whether one email may be sent as a probe of the circuit breaker."""
        if self.breaker is None or not self.is_verified or RATES & set(self.health_reasons):
            return False
        return self.breaker.is_half_open(clock.now())

    @property
    def retry_at(self) -> str | None:
        """Return when a mailbox stopped by its circuit breaker is retried automatically; None if it
        is not."""
        tries = self.is_verified and self.status == "active"
        return self.breaker.retry_at if self.breaker and tries else None

    @property
    def is_warmed(self) -> bool:
        return self.warmed or self.sending_days >= RAMP_DAYS

    def cap_on(self, day: date) -> int:
        """Return how many emails this mailbox may send on `day` (UTC), assuming that it sends on
        every day until then."""
        number = self.ramp_day(day)
        if self.warmed or number >= RAMP_DAYS:
            return self.daily_cap
        grown = max(0, self.daily_cap - RAMP_START) * (number - 1) // (RAMP_DAYS - 1)
        return min(self.daily_cap, RAMP_START + grown)

    def ramp_day(self, day: date) -> int:
        """Return the number of the ramp day that `day` is, from 1; only days with sent emails
        count."""
        if self.day_began_at is None:
            return 1
        return self.sending_days + max(0, (day - clock.from_text(self.day_began_at).date()).days)

    def rests_until(self, now: datetime) -> datetime | None:
        """Return when a mailbox in warm-up may send again if a new calendar day (UTC) has begun
        within its own ramp day: otherwise it would send two days' caps within hours. None if it
        need not wait."""
        if self.is_warmed or self.day_began_at is None:
            return None
        began = clock.from_text(self.day_began_at)
        own_day_ends = began + OWN_DAY
        return own_day_ends if began.date() < now.date() and now < own_day_ends else None

    def begins_day(self, now: datetime) -> bool:
        """Return whether an email sent now is the first of a day of the ramp."""
        if self.is_warmed:
            return False
        return self.day_began_at is None or now >= clock.from_text(self.day_began_at) + OWN_DAY

    def having_sent(self, now: datetime) -> "Mailbox":
        """Return the mailbox after an email sent now, which may begin a day of the ramp."""
        if not self.begins_day(now):
            return self
        began = {"sending_days": self.sending_days + 1, "day_began_at": clock.to_text(now)}
        return self.model_copy(update=began)
