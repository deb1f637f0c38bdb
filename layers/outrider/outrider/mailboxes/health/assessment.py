"""Health assessment of a mailbox from its breaker, last check and email outcomes; pure functions.

| stops | when | resumes |
|---|---|---|
| failing | its breaker is open: refusals in a row, unreachable server, failed check | by a probe |
| failing | in 7 days 10 % bounced (at least 5) or 0.5 % complained (at least 3) | as days pass |
| paused | its guard-rail trips: lower rates within 24 hours | manually |

The seven-day rates are those at which Amazon SES reviews and pauses an account; other providers and
the large receivers require similar rates.
Source: https://docs.aws.amazon.com/ses/latest/dg/reputation-dashboard-console.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from outrider.mailboxes.models import HealthReason, HealthState, Mailbox

DAYS = 7
"""Days over which rates are measured, today included."""
LEAST_SENT = 100
"""Minimum number of sent emails for a significant rate."""
_LEAST_BOUNCES, _LEAST_COMPLAINTS = 5, 3
"""Lower limits, so that one angry recipient does not stop a mailbox."""
_BOUNCES_REVIEWED, _BOUNCES_PAUSED = 0.05, 0.10
_COMPLAINTS_REVIEWED, _COMPLAINTS_PAUSED = 0.001, 0.005


@dataclass(frozen=True, slots=True)
class EmailCounts:
    """Email outcomes, each counted on the day it happened. `sent` are emails that the provider
    accepted, or may have accepted."""

    sent: int = 0
    bounced: int = 0
    complained: int = 0
    refused: int = 0

    def __add__(self, other: "EmailCounts") -> "EmailCounts":
        return EmailCounts(
            self.sent + other.sent,
            self.bounced + other.bounced,
            self.complained + other.complained,
            self.refused + other.refused,
        )


@dataclass(frozen=True, slots=True)
class HealthAssessment:
    state: HealthState
    reasons: list[HealthReason]


def last_days(today: date) -> list[date]:
    return [today - timedelta(days=number) for number in range(DAYS)]


def assess(mailbox: Mailbox, counts: EmailCounts) -> HealthAssessment:
    """Return the health of the mailbox; `counts` are its email outcomes of `last_days`."""
    failing = [*_broken(mailbox), *_rates(counts, failing=True)]
    degraded = [*_missing(mailbox), *_rates(counts, failing=False)]
    reasons = list(dict.fromkeys([*failing, *degraded]))
    if failing:
        return HealthAssessment("failing", reasons)
    return HealthAssessment("degraded" if reasons else "healthy", reasons)


def _broken(mailbox: Mailbox) -> Sequence[HealthReason]:
    return [mailbox.breaker.reason] if mailbox.breaker and mailbox.breaker.is_open else []


def _missing(mailbox: Mailbox) -> Sequence[HealthReason]:
    """Return the sender authentication that failed in the last check; email is still sent without
    it."""
    if mailbox.last_check is None:
        return []
    failed = {each.subject for each in mailbox.last_check.findings if each.result == "fail"}
    proofs: Sequence[Literal["spf", "dkim", "dmarc"]] = ("spf", "dkim", "dmarc")
    return [subject for subject in proofs if subject in failed]


def _rates(counts: EmailCounts, *, failing: bool) -> Sequence[HealthReason]:
    if counts.sent < LEAST_SENT:
        return []
    most_bounces = _BOUNCES_PAUSED if failing else _BOUNCES_REVIEWED
    most_complaints = _COMPLAINTS_PAUSED if failing else _COMPLAINTS_REVIEWED
    least_bounces, least = (_LEAST_BOUNCES, _LEAST_COMPLAINTS) if failing else (1, 1)
    reasons: list[HealthReason] = []
    if counts.bounced >= max(least_bounces, most_bounces * counts.sent):
        reasons.append("bounce_rate")
    if counts.complained >= max(least, most_complaints * counts.sent):
        reasons.append("complaint_rate")
    return reasons
