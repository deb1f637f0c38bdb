"""Ids sort by time, and derived ids are always the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit import clock, ids

MOMENTS = st.integers(631_152_000_000, 7_258_118_400_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC)
)
PARTS = st.text(st.characters(codec="utf-8", exclude_characters="\x1f"))


class TestNew:
    @given(moment=MOMENTS, later=st.timedeltas(timedelta(milliseconds=1), timedelta(days=999)))
    def test_sorts_by_the_time_of_creation(self, moment: datetime, later: timedelta) -> None:
        with clock.frozen(moment):
            first = ids.new("con")
        with clock.frozen(moment + later):
            second = ids.new("con")

        assert first < second

    def test_is_recognised(self) -> None:
        assert ids.is_id("con", ids.new("con"))


class TestDerived:
    @given(parts=st.lists(PARTS, min_size=1))
    def test_is_always_the_same(self, parts: list[str]) -> None:
        assert ids.derived("evt", *parts) == ids.derived("evt", *parts)
        assert ids.is_id("evt", ids.derived("evt", *parts))

    def test_tells_where_parts_end(self) -> None:
        assert ids.derived("evt", "ab", "c") != ids.derived("evt", "a", "bc")


class TestIsId:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "con",
            "con_",
            "con_" + "0" * 25,
            "con_" + "0" * 27,
            "con_" + "0" * 25 + "u",
            "CON_" + "0" * 26,
            "com_" + "0" * 26,
            "con_" + "0" * 25 + "\n",
            "con_con_" + "0" * 26,
        ],
    )
    def test_refuses_what_is_none(self, text: str) -> None:
        assert not ids.is_id("con", text)


class TestTimed:
    @given(moment=MOMENTS, later=st.timedeltas(timedelta(milliseconds=1), timedelta(days=999)))
    def test_sorts_by_the_time_given(self, moment: datetime, later: timedelta) -> None:
        early, late = (clock.to_epoch_ms(each) for each in (moment, moment + later))

        first = ids.timed("dlv", early, f"evt_{'z' * 26}")

        assert ids.timed("dlv", early) < first < ids.timed("dlv", late)

    def test_names_what_it_was_made_of(self) -> None:
        event, webhook = ids.derived("evt", "a"), ids.new("whk")

        made = ids.timed("dlv", 1, event, webhook)

        assert ids.members(ids.untimed(made), "dlv", "evt", "whk") == [event, webhook]
