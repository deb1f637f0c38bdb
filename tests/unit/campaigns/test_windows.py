"""Windows and waits are about the local calendar, whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.campaigns.dispatch.windows import HORIZON, Calendar, due_after, earliest, is_open
from outrider.sequences.models import SendWindow, Settings, Step, Variant

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OFFICE = {"days": DAYS[:5], "start": "09:00", "end": "17:00"}
MINUTE = timedelta(minutes=1)

moments = st.datetimes(
    datetime(2011, 1, 1),  # noqa: DTZ001 - hypothesis wants them so
    datetime(2030, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
) | st.sampled_from(
    [
        datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2028, 2, 28, 23, 59, tzinfo=UTC),
        datetime(2011, 12, 30, 9, 59, tzinfo=UTC),
    ]
)
clock_times = st.builds(
    "{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 59])
)


@st.composite
def send_windows(draw: st.DrawFn) -> SendWindow:
    start, end = sorted(draw(st.lists(clock_times, min_size=2, max_size=2, unique=True)))
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True))
    return SendWindow.model_validate({"days": days, "start": start, "end": end})


rules = st.builds(
    Settings,
    timezone=st.sampled_from(ZONES),
    windows=st.lists(send_windows(), max_size=3),
    holidays=st.lists(
        st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(date.isoformat), max_size=5
    ),
)


def a_step(value: int, unit: str = "days", basis: str = "calendar") -> Step:
    return Step(
        id="stp_1",
        channel="email",
        wait_value=value,
        wait_unit=unit,
        wait_basis=basis,
        condition="always",
        variants=[Variant(id="a")],
    )


steps = st.builds(
    a_step,
    st.integers(0, 60),
    st.sampled_from(["minutes", "hours", "days"]),
    st.sampled_from(["calendar", "working"]),
)


def rules_of(*windows: dict[str, Any], **fields: Any) -> Settings:
    return Settings.model_validate({"windows": list(windows), **fields})


def local(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> datetime:
    shown = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return shown.astimezone(UTC)


def shown(moment: datetime, zone: str = "Europe/Berlin") -> str:
    return moment.astimezone(ZoneInfo(zone)).isoformat(sep=" ", timespec="minutes")


class TestEarliest:
    @given(moments, rules, st.sampled_from([None, *ZONES]))
    def test_is_the_first_open_minute(
        self, at: datetime, settings: Settings, timezone: str | None
    ) -> None:
        found = earliest(at, settings, timezone)

        assert found >= at
        assert is_open(found, settings, timezone)
        assert earliest(at, settings, timezone) == found
        assert found == at or not is_open(found - timedelta(microseconds=1), settings, timezone)
        assert found == at or not is_open(at, settings, timezone)
        middle = at + (found - at) / 2
        assert found == at or earliest(middle, settings, timezone) == found

    @given(moments, st.timedeltas(timedelta(0), timedelta(days=9)), rules, st.sampled_from(ZONES))
    def test_never_goes_back(
        self, at: datetime, later: timedelta, settings: Settings, timezone: str
    ) -> None:
        assert earliest(at, settings, timezone) <= earliest(at + later, settings, timezone)

    @given(moments, rules, st.sampled_from(ZONES))
    def test_is_in_a_window_of_the_local_day(
        self, at: datetime, settings: Settings, timezone: str
    ) -> None:
        clock = earliest(at, settings, timezone).astimezone(ZoneInfo(timezone))

        assert clock.date().isoformat() not in settings.holidays
        assert not settings.windows or any(
            DAYS[clock.weekday()] in window.days and window.start <= clock.strftime("%H:%M")
            for window in settings.windows
        )

    @pytest.mark.parametrize(
        ("at", "opens"),
        [
            ("2026-03-02 08:59", "2026-03-02 09:00+01:00"),
            ("2026-03-02 16:59", "2026-03-02 16:59+01:00"),
            ("2026-03-06 17:00", "2026-03-09 09:00+01:00"),
            ("2026-03-28 12:00", "2026-03-30 09:00+02:00"),
            ("2026-10-24 12:00", "2026-10-26 09:00+01:00"),
            ("2028-02-28 18:00", "2028-02-29 09:00+01:00"),
        ],
    )
    def test_keeps_office_hours_of_berlin(self, at: str, opens: str) -> None:
        found = earliest(local(at), rules_of(OFFICE, timezone="Europe/Berlin"), None)

        assert shown(found) == opens

    def test_takes_several_windows_a_day_and_leaves_holidays_out(self) -> None:
        settings = rules_of(
            {"days": DAYS[:5], "start": "14:00", "end": "16:00"},
            {"days": DAYS[:5], "start": "09:00", "end": "11:30"},
            timezone="Europe/Berlin",
            holidays=["2026-03-03"],
        )

        assert shown(earliest(local("2026-03-02 11:30"), settings, None)) == (
            "2026-03-02 14:00+01:00"
        )
        assert shown(earliest(local("2026-03-02 16:00"), settings, None)) == (
            "2026-03-04 09:00+01:00"
        )

    def test_prefers_the_contacts_time_zone_where_it_is_known_and_used(self) -> None:
        at, settings = local("2026-03-02 06:00", "UTC"), rules_of(OFFICE, timezone="Europe/Berlin")
        campaigns = settings.model_copy(update={"use_contact_timezone": False})

        assert shown(earliest(at, settings, "Asia/Kathmandu"), "UTC") == "2026-03-02 06:00+00:00"
        assert shown(earliest(at, settings, "Asia/Kolkata"), "Asia/Kolkata").endswith("11:30+05:30")
        for unknown in (None, "", "Mars/Olympus", "America", "../etc/passwd"):
            assert shown(earliest(at, settings, unknown)) == "2026-03-02 09:00+01:00"
        assert shown(earliest(at, campaigns, "Asia/Kathmandu")) == "2026-03-02 09:00+01:00"

    def test_opens_at_the_change_when_the_local_time_does_not_exist(self) -> None:
        window = {"days": ["sun"], "start": "02:30", "end": "04:00"}
        settings = rules_of(window, timezone="Europe/Berlin")

        found = earliest(local("2026-03-29 00:00"), settings, None)

        assert shown(found) == "2026-03-29 03:00+02:00"

    def test_does_not_open_for_a_window_that_lies_in_the_gap(self) -> None:
        window = {"days": ["sun"], "start": "02:00", "end": "02:59"}
        settings = rules_of(window, timezone="Europe/Berlin")

        found = earliest(local("2026-03-29 00:00"), settings, None)

        assert shown(found) == "2026-04-05 02:00+02:00"

    def test_opens_the_first_time_a_repeated_local_time_comes(self) -> None:
        window = {"days": ["sun"], "start": "01:45", "end": "02:15"}
        settings = rules_of(window, timezone="Australia/Lord_Howe")  # 02:00 becomes 01:30

        first = local("2026-04-05 01:45", "Australia/Lord_Howe")

        assert earliest(first - timedelta(hours=3), settings, None) == first
        assert is_open(local("2026-04-05 01:45", "Australia/Lord_Howe", fold=1), settings, None)

    def test_ends_with_the_day_where_it_says_so(self) -> None:
        settings = rules_of({"days": ["mon"], "start": "00:00", "end": "24:00"})

        assert is_open(local("2026-03-02 23:59", "UTC"), settings, None)
        assert not is_open(local("2026-03-03 00:00", "UTC"), settings, None)

    def test_gives_up_where_no_window_opens(self) -> None:
        at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        holidays = [(at + timedelta(days=day)).date().isoformat() for day in range(500)]
        settings = rules_of(OFFICE, holidays=holidays)

        assert earliest(at, settings, None) == at + HORIZON


class TestDueAfter:
    @given(moments, steps, rules, st.sampled_from(ZONES))
    def test_is_open_and_not_before(
        self, at: datetime, step: Step, settings: Settings, timezone: str
    ) -> None:
        due = due_after(at, step, settings, timezone)

        assert due >= at
        assert is_open(due, settings, timezone)
        assert due == due_after(at, step, settings, timezone)
        if step.wait_basis == "calendar" and step.wait_unit != "days":
            assert due == earliest(at + step.wait, settings, timezone)

    @given(moments, st.integers(0, 40), rules, st.sampled_from(ZONES))
    def test_counts_working_days_one_by_one(
        self, at: datetime, number: int, settings: Settings, timezone: str
    ) -> None:
        calendar = Calendar.of(settings, timezone)
        day, left = at.astimezone(calendar.zone).date(), number
        while left:
            day += timedelta(days=1)
            left -= calendar.is_worked(day)
        clock = at.astimezone(calendar.zone).time()
        counted = calendar.reach(day, clock) if number else at

        due = due_after(at, a_step(number, basis="working"), settings, timezone)

        assert due == earliest(counted, settings, timezone)

    @pytest.mark.parametrize(
        ("previous", "step", "due"),
        [
            ("2026-03-28 10:00", a_step(1), "2026-03-29 10:00+02:00"),
            ("2026-10-24 10:00", a_step(1), "2026-10-25 10:00+01:00"),
            ("2026-03-28 10:00", a_step(24, "hours"), "2026-03-29 11:00+02:00"),
            ("2026-03-28 02:30", a_step(1), "2026-03-29 03:00+02:00"),
            ("2026-10-24 02:30", a_step(1), "2026-10-25 02:30+02:00"),
            ("2028-02-28 10:00", a_step(1), "2028-02-29 10:00+01:00"),
            ("2027-02-28 10:00", a_step(1), "2027-03-01 10:00+01:00"),
            ("2026-03-06 10:00", a_step(1, basis="working"), "2026-03-09 10:00+01:00"),
            ("2026-03-07 10:00", a_step(1, basis="working"), "2026-03-09 10:00+01:00"),
            ("2026-03-06 10:00", a_step(10, basis="working"), "2026-03-20 10:00+01:00"),
            ("2026-03-06 22:00", a_step(4, "hours", "working"), "2026-03-09 02:00+01:00"),
            ("2026-03-07 22:00", a_step(30, "minutes", "working"), "2026-03-09 00:30+01:00"),
            ("2026-04-30 10:00", a_step(1, basis="working"), "2026-05-04 10:00+02:00"),
            ("2026-03-07 10:00", a_step(0, basis="working"), "2026-03-07 10:00+01:00"),
        ],
    )
    def test_counts_local_days(self, previous: str, step: Step, due: str) -> None:
        settings = rules_of(timezone="Europe/Berlin", holidays=["2026-05-01"])

        assert shown(due_after(local(previous), step, settings, None)) == due

    def test_counts_a_saturday_that_a_window_names(self) -> None:
        settings = rules_of({"days": [*DAYS[:6]], "start": "09:00", "end": "17:00"})
        friday = local("2026-03-06 10:00", "UTC")

        due = due_after(friday, a_step(1, basis="working"), settings, None)

        assert shown(due, "UTC") == "2026-03-07 10:00+00:00"

    def test_passes_a_day_that_the_calendar_left_out(self) -> None:
        previous = local("2011-12-29 10:00", "Pacific/Apia")

        due = due_after(previous, a_step(1), rules_of(timezone="Pacific/Apia"), None)

        assert shown(due, "Pacific/Apia") == "2011-12-31 00:00+14:00"

    def test_takes_the_longest_wait_at_once(self) -> None:
        previous = datetime(2026, 3, 2, 9, tzinfo=UTC)
        settings = rules_of(OFFICE, holidays=["2026-12-25"])

        due = due_after(previous, a_step(100_000, basis="working"), settings, None)

        assert due.time() == time(9)
        assert due.year == 2409
