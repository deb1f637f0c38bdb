"""The warm-up ramp."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import clock
from outrider.mailboxes.health.breaker import after_failure
from outrider.mailboxes.models import Mailbox

MADE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_mailbox(*, daily_cap: int = 50, warmed: bool = False) -> Mailbox:
    at = clock.to_text(MADE)
    return Mailbox(
        id="mbx_1",
        email="ada@example.com",
        daily_cap=daily_cap,
        min_gap_seconds=60,
        verified_by="first",
        warmed=warmed,
        created_at=at,
        updated_at=at,
    )


class TestRamp:
    def test_begins_with_five_and_reaches_the_full_cap_on_day_21(self) -> None:
        mailbox, ramp = a_mailbox(), []
        for number in range(22):
            at = MADE + timedelta(days=number)
            ramp.append(mailbox.cap_on(at.date()))
            mailbox = mailbox.having_sent(at)

        assert (ramp[0], ramp[19], ramp[20], ramp[21]) == (5, 47, 50, 50)
        assert ramp == sorted(ramp)
        assert mailbox.is_warmed

    def test_counts_only_days_on_which_it_sent(self) -> None:
        mailbox = a_mailbox().having_sent(MADE)
        mailbox = mailbox.having_sent(MADE + timedelta(days=90))

        assert mailbox.ramp_day((MADE + timedelta(days=90)).date()) == 2
        assert a_mailbox().cap_on((MADE + timedelta(days=90)).date()) == 5

    def test_never_exceeds_a_small_cap(self) -> None:
        assert a_mailbox(daily_cap=3).cap_on(MADE.date()) == 3

    def test_a_mailbox_warmed_elsewhere_has_none(self) -> None:
        mailbox = a_mailbox(warmed=True)

        assert mailbox.cap_on(MADE.date()) == 50
        assert not mailbox.begins_day(MADE)

    @given(st.integers(0, 1_439))
    def test_a_change_of_the_date_gives_no_second_allowance(self, minute: int) -> None:
        """It sends a mail a minute, as long as it may, from any time of the day on."""
        began = MADE.replace(hour=0, minute=0) + timedelta(minutes=minute)
        mailbox, used = a_mailbox(), Counter[date]()
        for passed in range(20 * 60):
            at = began + timedelta(minutes=passed)
            if not mailbox.rests_until(at) and used[at.date()] < mailbox.cap_on(at.date()):
                used[at.date()] += 1
                mailbox = mailbox.having_sent(at)

        assert used.total() <= 5


class TestCanSend:
    @pytest.mark.parametrize(
        ("changes", "can_send"),
        [
            ({}, True),
            ({"health": "degraded"}, True),
            ({"health": "failing"}, False),
            ({"status": "paused"}, False),
            ({"verified_by": None}, False),
        ],
    )
    def test_not_when_unverified_paused_or_failing(
        self, changes: dict[str, str | None], can_send: bool
    ) -> None:
        assert a_mailbox().model_copy(update=changes).can_send is can_send

    @pytest.mark.parametrize(
        ("minutes", "reasons", "can_send"),
        [
            (14, ["identity"], False),
            (15, ["identity"], True),
            (15, ["identity", "bounce_rate"], False),
        ],
    )
    def test_for_a_probe_when_its_breaker_is_half_open(
        self, minutes: int, reasons: list[str], can_send: bool
    ) -> None:
        breaker = after_failure(None, "identity", "not verified", MADE, probe=False)
        changes = {"health": "failing", "health_reasons": reasons, "breaker": breaker}

        with clock.frozen(MADE + timedelta(minutes=minutes)):
            assert a_mailbox().model_copy(update=changes).can_send is can_send
