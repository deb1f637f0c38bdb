"""When a mailbox is not well, and when it stops sending for it."""

from typing import Any

import pytest

from outrider.kit import clock
from outrider.mailboxes.checks.models import Check, Finding, Subject
from outrider.mailboxes.health.assessment import EmailCounts, assess
from outrider.mailboxes.health.breaker import after_failure
from outrider.mailboxes.health.remedies import remedy
from outrider.mailboxes.models import Mailbox

AT = "2026-03-02T09:00:00.000Z"


def a_mailbox(**fields: Any) -> Mailbox:
    return Mailbox(
        id="mbx_1",
        email="ada@example.com",
        daily_cap=50,
        min_gap_seconds=60,
        verified_by="first",
        warmed=True,
        created_at=AT,
        updated_at=AT,
        **fields,
    )


def failed(*subjects: Subject) -> Check:
    findings = [Finding(subject=each, result="fail", detail="") for each in subjects]
    return Check(checked_at=AT, findings=findings)


class TestAssess:
    @pytest.mark.parametrize(
        ("counts", "state", "reasons"),
        [
            (EmailCounts(), "healthy", []),
            (EmailCounts(sent=99, bounced=99, complained=99), "healthy", []),
            (EmailCounts(sent=100, bounced=4), "healthy", []),
            (EmailCounts(sent=100, bounced=5), "degraded", ["bounce_rate"]),
            (EmailCounts(sent=100, bounced=10), "failing", ["bounce_rate"]),
            (EmailCounts(sent=100, complained=2), "degraded", ["complaint_rate"]),
            (EmailCounts(sent=100, complained=3), "failing", ["complaint_rate"]),
            (EmailCounts(sent=10_000, complained=9), "healthy", []),
            (EmailCounts(sent=10_000, complained=10), "degraded", ["complaint_rate"]),
            (EmailCounts(sent=10_000, complained=50), "failing", ["complaint_rate"]),
            (
                EmailCounts(sent=1_000, bounced=100, complained=1),
                "failing",
                ["bounce_rate", "complaint_rate"],
            ),
        ],
    )
    def test_by_rates(self, counts: EmailCounts, state: str, reasons: list[str]) -> None:
        health = assess(a_mailbox(), counts)

        assert (health.state, health.reasons) == (state, reasons)

    def test_an_open_breaker_stops_it_and_tells_what_the_provider_says(self) -> None:
        said = "MessageRejected: Email address is not verified. … region US-EAST-1: ada@example.com"
        breaker = after_failure(None, "identity", said, clock.from_text(AT), probe=False)
        mailbox = a_mailbox(breaker=breaker)

        health = assess(mailbox, EmailCounts())

        assert (health.state, health.reasons) == ("failing", ["identity"])
        assert said in remedy(mailbox)
        assert "It is tried again automatically at 2026-03-02T09:15" in remedy(mailbox)

    def test_counts_in_a_row_that_opened_nothing_do_not_stop_it(self) -> None:
        breaker = after_failure(None, "unreachable", "timeout", clock.from_text(AT), probe=False)

        assert assess(a_mailbox(breaker=breaker), EmailCounts()).state == "healthy"

    @pytest.mark.parametrize("subject", ["spf", "dkim", "dmarc"])
    def test_what_receivers_miss_does_not_stop_it(self, subject: Subject) -> None:
        health = assess(a_mailbox(last_check=failed(subject)), EmailCounts())

        assert (health.state, health.reasons) == ("degraded", [subject])
