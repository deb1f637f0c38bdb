from datetime import timedelta

import pytest

from outrider.webhooks.deliveries.retry_schedule import delay_after


class TestDelayAfter:
    @pytest.mark.parametrize(
        ("attempt", "seconds", "late", "most"),
        [
            *((attempt, wait, 0, 0.2) for attempt, wait in enumerate((5, 30, 120, 600), 1)),
            *((attempt, wait, 120, 0.13) for attempt, wait in ((5, 1_800), (20, 21_600))),
        ],
    )
    def test_waits_longer_and_longer_give_or_take_a_fifth(
        self, attempt: int, seconds: int, late: int, most: float
    ) -> None:
        """What no message can wait for is found by the sweep, up to two minutes late."""
        delays = {delay_after(attempt, f"dlv_{number}") for number in range(200)}

        spread = sorted(delay for delay in delays if delay)
        least, longest = (each.total_seconds() / seconds for each in (spread[0], spread[-1]))
        assert 1 - most <= least < 1 - most + 0.05
        assert 1 + most - 0.05 < longest <= 1 + most
        assert spread[-1] + timedelta(seconds=late) <= timedelta(seconds=seconds * 1.2)

    def test_waits_the_same_for_the_same_attempt(self) -> None:
        assert delay_after(3, "dlv_1") == delay_after(3, "dlv_1")

    def test_gives_up_after_21_attempts_and_about_80_hours(self) -> None:
        delays = [delay_after(attempt, "dlv_1") for attempt in range(1, 22)]

        assert delays[-1] is None
        total = sum((delay for delay in delays if delay), timedelta())
        assert timedelta(hours=64) < total < timedelta(hours=96)
