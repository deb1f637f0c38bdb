"""Slots of mailboxes: what a round has, who gets one, and until when the others are deferred."""

from datetime import UTC, datetime, timedelta

import pytest

from outrider.campaigns.dispatch.planner import Capacity, Limits, capacity, jitter, slots
from outrider.campaigns.models import ROUND
from outrider.kit import clock
from outrider.mailboxes.health.breaker import Breaker
from tests.unit.campaigns.test_planner import NOW, OFFICE, a_capacity, an_enrollment, planned
from tests.unit.messages.writing import a_mailbox


class TestCapacity:
    def test_is_what_is_left_of_the_day_from_when_its_gap_is_over(self) -> None:
        mailbox = a_mailbox(daily_cap=10, min_gap_seconds=90, warmed=True)
        later = NOW + timedelta(seconds=30)

        found = capacity(mailbox, NOW, used=3, free_at=later)

        assert found == Capacity("mbx_1", 7, timedelta(seconds=90), later)
        assert capacity(mailbox, NOW, used=10, free_at=None).free_at == NOW
        assert found.used_up == "mailbox_cap"

    def test_of_one_that_failed_is_known_to_come_again(self) -> None:
        again = "2999-03-02T09:30:00.000Z"
        breaker = Breaker(reason="unreachable", detail="", since=clock.to_text(NOW), retry_at=again)
        failing = a_mailbox(health="failing", breaker=breaker)

        found = capacity(failing, NOW, used=0, free_at=None)

        assert (found.blocked, found.again_at) == ("mailbox_failing", clock.from_text(again))
        assert found.used_up == "mailbox_failing"


class TestJitter:
    def test_spreads_over_a_fourth_of_the_gap_in_whole_seconds(self) -> None:
        gap = timedelta(seconds=1_000)

        found = [jitter(f"enr_{number}", "mbx_1", NOW, gap) for number in range(300)]

        assert all(each.microseconds == 0 for each in found)
        assert min(found) < timedelta(seconds=10)
        assert timedelta(seconds=240) <= max(found) < timedelta(seconds=250)
        assert len(set(found)) > 150


class TestEndOfTheRound:
    def test_belongs_to_it(self) -> None:
        (last,) = planned([a_capacity("mbx_a")], [an_enrollment(1, due=NOW + ROUND)])
        (beyond,) = planned(
            [a_capacity("mbx_a")], [an_enrollment(1, due=NOW + ROUND + timedelta(milliseconds=1))]
        )

        assert (last.mailbox_id, last.send_at) == ("mbx_a", NOW + ROUND)
        assert (beyond.mailbox_id, beyond.reason) == (None, "window")

    def test_a_slot_that_the_window_closes_before_waits_for_the_next(self) -> None:
        evening = datetime(2026, 3, 2, 16, 59, tzinfo=UTC)
        taken = Capacity("mbx_a", 5, timedelta(0), evening + timedelta(minutes=2))

        (found,) = planned([taken], [an_enrollment(1, due=evening)], now=evening, windows=[OFFICE])

        opens = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
        assert (found.mailbox_id, found.send_at, found.reason) == (None, opens, "window")


class TestSlots:
    @pytest.mark.parametrize(
        ("capacity", "found"),
        [
            (a_capacity("mbx_a", gap=60), 12),  # (15 min - 15 s) / 75 s, and one at once
            (a_capacity("mbx_a", gap=60, left=3), 3),
            (a_capacity("mbx_a", gap=60, free=600), 4),
            (a_capacity("mbx_a", left=5), 5),
            (a_capacity("mbx_a", gap=60, free=901), 0),
            (a_capacity("mbx_a", left=0), 0),
            (a_capacity("mbx_a", blocked="mailbox_paused"), 0),
        ],
    )
    def test_are_those_that_are_certain_in_a_round(self, capacity: Capacity, found: int) -> None:
        assert slots(NOW, NOW + ROUND, capacity) == found


class TestDeferral:
    def test_is_an_hour_where_nobody_knows_when_a_mailbox_comes(self) -> None:
        (found,) = planned([], [an_enrollment(1)])

        assert (found.reason, found.send_at) == ("no_mailbox", NOW + timedelta(hours=1))

    def test_is_until_a_failing_mailbox_tries_again(self) -> None:
        again = NOW + timedelta(minutes=40)
        probing = a_capacity("mbx_a", left=0, again_at=again)

        (found,) = planned([probing], [an_enrollment(1)])

        assert (found.reason, found.send_at) == ("mailbox_failing", again)

    def test_is_by_the_gap_where_the_next_slot_is_in_another_round(self) -> None:
        due = [an_enrollment(1), an_enrollment(2)]

        first, second = planned([a_capacity("mbx_a", gap=3_600)], due)

        assert (first.reason, second.reason) == (None, "mailbox_gap")
        assert second.send_at >= first.send_at + timedelta(hours=1)

    def test_of_a_company_begins_with_the_first_beyond_its_limit(self) -> None:
        due = [an_enrollment(number, company_key="com_1") for number in range(3)]

        found = planned([a_capacity("mbx_a")], due, limits=Limits(company_left={"com_1": 1}))

        assert [each.reason for each in found] == [None, *["company_daily_limit"] * 2]
