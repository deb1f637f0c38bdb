"""Mailboxes and what they may send on a day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from outrider.kit import clock
from outrider.mailboxes.checks.models import Check

DEFAULT_POOL = "pool_default"
RAMP_DAYS = 21
RAMP_START = 5
"""A new mailbox sends 5 mails on its first day, and its full cap from day 21 on."""

Kind = Literal["ses", "smtp"]
Security = Literal["ssl", "starttls", "none"]
"""TLS from the start, or after STARTTLS. `none` only towards this machine."""
Status = Literal["active", "paused"]
HealthState = Literal["healthy", "degraded", "failing"]
"""`degraded` still sends; `failing` does not."""
HealthReason = Literal[
    "login_refused",
    "login_fails",
    "identity",
    "spf",
    "dkim",
    "dmarc",
    "bounce_rate",
    "complaint_rate",
]


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
    pool: str = DEFAULT_POOL
    daily_cap: int
    min_gap_seconds: int
    warmed: bool
    dkim_selector: str | None = None
    """Under which name its domain publishes the key of its DKIM signatures."""
    status: Status = "active"
    paused_reason: str | None = None
    health: HealthState = "healthy"
    health_reasons: list[HealthReason] = []
    login_refused_at: str | None = None
    """Since then no login has succeeded, and its settings were not changed."""
    last_check: Check | None = None
    created_at: str
    updated_at: str
    version: int = 1

    @property
    def can_send(self) -> bool:
        """Whether mails may go out from here at all; the cap of a day is another question."""
        return self.status == "active" and self.is_healthy

    @property
    def is_healthy(self) -> bool:
        return self.health != "failing"

    def is_warmed(self, now: datetime) -> bool:
        return self.warmed or self.ramp_day(now.date()) >= RAMP_DAYS

    def cap_on(self, day: date) -> int:
        """How many mails this mailbox may send on `day` (UTC)."""
        number = self.ramp_day(day)
        if self.warmed or number >= RAMP_DAYS:
            return self.daily_cap
        grown = max(0, self.daily_cap - RAMP_START) * (number - 1) // (RAMP_DAYS - 1)
        return min(self.daily_cap, RAMP_START + grown)

    def ramp_day(self, day: date) -> int:
        """1 on the day the mailbox was made."""
        return max(1, (day - clock.from_text(self.created_at).date()).days + 1)


def pool_is_warmed(mailboxes: Iterable[Mailbox], now: datetime) -> bool:
    """One warmed mailbox is enough: the others send little, as their own ramps allow."""
    return any(mailbox.is_warmed(now) for mailbox in mailboxes)
