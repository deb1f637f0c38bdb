"""Input and result of a forecast."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from outrider.campaigns.audience.missing_values import VariantKey
from outrider.sequences.models import Step


class Person(NamedTuple):
    """Contact in a forecast, enrolled when the forecast begins; `id` is the enrollment's. Variants
    that are `unfilled` cannot be rendered for the contact: they are not sent, and end the
    enrollment."""

    id: str
    timezone: str | None = None
    company_key: str | None = None
    unfilled: frozenset[VariantKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Expected:
    """Forecast of one step for one contact: due at `due_at`, carried out at `send_at`. `reason` is
    why it is later than due, or, without `send_at`, why it is not carried out within the horizon.
    """

    step: Step
    variant_id: str | None
    due_at: datetime
    mailbox_id: str | None = None
    send_at: datetime | None = None
    reason: str | None = None


@dataclass(slots=True)
class Taken:
    """Messages already counted against the daily limits when the forecast begins: by mailbox id, in
    total, and by company key. `free_at` is when the minimum gap of a mailbox has passed."""

    mailboxes: dict[str, int] = field(default_factory=dict)
    campaign: int = 0
    companies: dict[str, int] = field(default_factory=dict)
    free_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Outlook:
    """Result of a forecast.

    `days` counts the steps carried out by day and by whether they are tasks; `late` and `left_out`
    count the reasons of steps that are late or never carried out. `expected` has the steps of the
    contacts that were asked for, by enrollment id.
    """

    days: Counter[tuple[date, bool]] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    finishes_at: datetime | None = None
    expected: dict[str, list[Expected]] = field(default_factory=dict)
