"""Contacts of a forecast, and what it finds."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from outrider.campaigns.audience.missing_values import Saying
from outrider.sequences.models import Step


class Person(NamedTuple):
    """Somebody enrolled when the forecast begins; `id` is that of the enrollment. Texts that are
    `unfilled` for them are not sent, and end the enrollment."""

    id: str
    timezone: str | None = None
    company_key: str | None = None
    unfilled: frozenset[Saying] = frozenset()


@dataclass(frozen=True, slots=True)
class Expected:
    """One step of one contact: due at `due_at`, carried out at `send_at`. `reason` says why that is
    later; or why it is never, within the horizon."""

    step: Step
    variant_id: str | None
    due_at: datetime
    mailbox_id: str | None = None
    send_at: datetime | None = None
    reason: str | None = None


@dataclass(slots=True)
class Taken:
    """What was taken of the first day (UTC) before the forecast begins; companies by their key,
    `free_at` is when the minimum gap of a mailbox is over."""

    mailboxes: dict[str, int] = field(default_factory=dict)
    campaign: int = 0
    companies: dict[str, int] = field(default_factory=dict)
    free_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Outlook:
    """Steps carried out by day and by whether a person does them, the reasons of those that are
    late or never, and what is expected of the people asked for, by id."""

    days: Counter[tuple[date, bool]] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    finishes_at: datetime | None = None
    expected: dict[str, list[Expected]] = field(default_factory=dict)
