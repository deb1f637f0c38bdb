from datetime import timedelta

import pytest

from outrider.webhooks.schedule import delay_after


class TestDelayAfter:
    @pytest.mark.parametrize(
        ("attempt", "seconds"), [(1, 5), (2, 30), (3, 120), (4, 600), (5, 1800), (20, 21600)]
    )
    def test_waits_longer_and_longer_give_or_take_a_fifth(self, attempt: int, seconds: int) -> None:
        delays = {delay_after(attempt, f"dlv_{number}") for number in range(200)}

        spread = sorted(delay for delay in delays if delay)
        assert timedelta(seconds=seconds * 0.8) <= spread[0] < timedelta(seconds=seconds * 0.85)
        assert timedelta(seconds=seconds * 1.15) < spread[-1] <= timedelta(seconds=seconds * 1.2)

    def test_waits_the_same_for_the_same_attempt(self) -> None:
        assert delay_after(3, "dlv_1") == delay_after(3, "dlv_1")

    def test_gives_up_after_21_attempts_and_about_80_hours(self) -> None:
        delays = [delay_after(attempt, "dlv_1") for attempt in range(1, 22)]

        assert delays[-1] is None
        total = sum((delay for delay in delays if delay), timedelta())
        assert timedelta(hours=64) < total < timedelta(hours=96)
