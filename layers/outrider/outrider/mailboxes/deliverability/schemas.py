"""Response bodies of the deliverability API."""

from typing import Literal, Self

from outrider.kit.models import Model
from outrider.mailboxes.checks.models import Check
from outrider.mailboxes.health.assessment import DAYS, EmailCounts
from outrider.mailboxes.models import HealthReason, HealthState, Status
from outrider.mailboxes.schemas import Warmup


class ResultRate(Model):
    """`value` is null if the denominator is 0."""

    numerator: int
    denominator: int
    value: float | None

    @classmethod
    def of(cls, count: int, whole: int) -> Self:
        value = round(count / whole, 6) if whole else None
        return cls(numerator=count, denominator=whole, value=value)


class Results(Model):
    """Email outcomes of the last days, each counted on the day it happened."""

    sent: int
    refused: int
    bounced: ResultRate
    complained: ResultRate

    @classmethod
    def of(cls, counts: EmailCounts) -> Self:
        return cls(
            sent=counts.sent,
            refused=counts.refused,
            bounced=ResultRate.of(counts.bounced, counts.sent),
            complained=ResultRate.of(counts.complained, counts.sent),
        )


class MailboxDeliverability(Model):
    id: str
    email: str
    mailbox_pool: str
    status: Status
    health: HealthState
    health_reasons: list[HealthReason]
    warmup: Warmup
    results: Results
    last_check: Check | None
    to_do: list[str]
    """Recommended actions, most urgent first."""


class PoolDeliverability(Model):
    id: str
    name: str
    warmed: bool
    mailboxes: int
    sending: int
    results: Results
    to_do: list[str]


class Deliverability(Model):
    """Report of the last `days`, today (UTC) included."""

    object: Literal["deliverability"] = "deliverability"
    days: int = DAYS
    mailboxes: list[MailboxDeliverability]
    pools: list[PoolDeliverability]
