"""The billing day of every workspace comes once in every month, clamped and never drifting."""

import calendar
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outrider.credits.billing import last_reset, next_reset

DAYS = st.integers(1, 31)
MOMENTS = st.integers(0, 18 * 365 * 86_400).map(
    lambda seconds: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


class TestReset:
    @given(day=DAYS, moment=MOMENTS)
    def test_surrounds_every_moment(self, day: int, moment: datetime) -> None:
        before, after = last_reset(day, moment), next_reset(day, moment)

        assert before <= moment < after
        assert next_reset(day, before) == after
        assert last_reset(day, after - timedelta(microseconds=1)) == before

    def test_is_on_the_day_or_on_the_last_of_the_month(self) -> None:
        for day in range(1, 32):
            at = datetime(2023, 1, 1, tzinfo=UTC) - timedelta(microseconds=1)
            for month in range(18 * 12):
                at = next_reset(day, at)

                year = 2023 + month // 12
                last = calendar.monthrange(year, month % 12 + 1)[1]
                expected = datetime(year, month % 12 + 1, min(day, last), tzinfo=UTC)
                assert at == expected

    def test_comes_back_to_the_31st(self) -> None:
        resets = [datetime(2027, 1, 31, tzinfo=UTC)]
        for _ in range(4):
            resets.append(next_reset(31, resets[-1]))

        assert [f"{at:%d %b}" for at in resets] == [
            "31 Jan",
            "28 Feb",
            "31 Mar",
            "30 Apr",
            "31 May",
        ]
