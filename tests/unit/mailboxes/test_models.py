"""The warm-up ramp."""

from datetime import UTC, date, datetime, timedelta

import pytest

from outrider.kit import clock
from outrider.mailboxes.models import Mailbox, pool_is_warmed

MADE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_mailbox(*, daily_cap: int = 50, warmed: bool = False) -> Mailbox:
    at = clock.to_text(MADE)
    return Mailbox(
        id="mbx_1",
        email="ada@example.com",
        daily_cap=daily_cap,
        min_gap_seconds=60,
        warmed=warmed,
        created_at=at,
        updated_at=at,
    )


def caps(mailbox: Mailbox, days: int) -> list[int]:
    return [mailbox.cap_on(MADE.date() + timedelta(days=number)) for number in range(days)]


class TestRamp:
    def test_begins_with_five_and_reaches_the_full_cap_on_day_21(self) -> None:
        ramp = caps(a_mailbox(), 22)

        assert (ramp[0], ramp[19], ramp[20], ramp[21]) == (5, 47, 50, 50)
        assert ramp == sorted(ramp)

    def test_never_exceeds_a_small_cap(self) -> None:
        assert caps(a_mailbox(daily_cap=3), 22) == [3] * 22

    def test_a_mailbox_warmed_elsewhere_has_none(self) -> None:
        assert a_mailbox(warmed=True).cap_on(date(2026, 3, 2)) == 50


class TestCanSend:
    @pytest.mark.parametrize(
        ("changes", "can_send"),
        [
            ({}, True),
            ({"health": "degraded"}, True),
            ({"health": "failing"}, False),
            ({"status": "paused"}, False),
        ],
    )
    def test_not_when_paused_or_failing(self, changes: dict[str, str], can_send: bool) -> None:
        assert a_mailbox().model_copy(update=changes).can_send is can_send


class TestPool:
    def test_is_warmed_by_one_mailbox(self) -> None:
        assert pool_is_warmed([a_mailbox(), a_mailbox(warmed=True)], MADE)

    def test_is_not_warmed_on_day_20(self) -> None:
        assert not pool_is_warmed([a_mailbox()], MADE + timedelta(days=19))

    def test_is_not_warmed_when_empty(self) -> None:
        assert not pool_is_warmed([], MADE)
