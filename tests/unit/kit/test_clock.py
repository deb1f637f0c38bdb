"""Instants in text."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import clock

MOMENTS = st.integers(631_152_000_000_000, 7_258_118_400_000_000).map(
    lambda microseconds: datetime.fromtimestamp(microseconds / 1_000_000, UTC)
)


class TestText:
    @given(moment=MOMENTS)
    def test_is_exact_to_the_millisecond(self, moment: datetime) -> None:
        whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)

        assert clock.from_text(clock.to_text(moment)) == whole

    @given(first=MOMENTS, second=MOMENTS)
    def test_sorts_as_time_does(self, first: datetime, second: datetime) -> None:
        if clock.to_epoch_ms(first) < clock.to_epoch_ms(second):
            assert clock.to_text(first) < clock.to_text(second)

    def test_reads_any_offset(self) -> None:
        moment = clock.from_text("2026-05-17T11:20:00+02:00")

        assert clock.to_text(moment) == "2026-05-17T09:20:00.000Z"

    @pytest.mark.parametrize("text", ["2026-05-17", "2026-05-17T09:20:00", "soon", ""])
    def test_refuses_what_names_no_instant(self, text: str) -> None:
        with pytest.raises(ValueError):
            clock.from_text(text)


class TestFrozen:
    def test_holds_time_and_lets_it_go(self) -> None:
        moment = datetime(2026, 3, 2, tzinfo=UTC)

        with clock.frozen(moment):
            with clock.frozen(moment + timedelta(days=1)):
                inner = clock.now()
            outer = clock.now()

        assert (inner - outer, outer) == (timedelta(days=1), moment)
        assert clock.now() != moment
