"""The meter against the textbook: GCRA on two clocks, exact whatever each process remembers.

The reference is the virtual scheduling form of ITU-T I.371, written down directly; the meter keeps
its clocks in one conditional update and guesses their state from the answer before.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.access.credentials import Credential
from outrider.access.errors import InvalidApiKey, RateLimited
from outrider.access.meter import Meter, clock_attributes, key_record
from outrider.access.models import PlanName
from outrider.access.plans import PLANS, RateLimit, Rates, rates
from outrider.kit import ids
from outrider.kit.aws.attributes import Item
from outrider.kit.aws.dynamodb import Table
from tests.harness.cloud import Cloud

PLAN: PlanName = "starter"
LOW = (RateLimit("minute", 4, 60_000), RateLimit("day", 7, 600_000))
"""Limits low enough for both to be met within a few calls."""


def low(plan: PlanName) -> Rates:
    return LOW


# Gaps in milliseconds: none, around a step of either clock, until a burst has recovered.
GAPS = st.one_of(
    st.integers(0, 3),
    st.sampled_from([14_999, 15_000, 15_001, 59_999, 60_000, 60_001, 85_714, 600_000]),
    st.integers(0, 700_000),
)


@dataclass(slots=True)
class Reference:
    """One key's limits as the textbook has them: per rate the theoretical arrival time."""

    limits: tuple[RateLimit, ...]
    tat: dict[str, int] = field(default_factory=dict)

    def wait(self, now: int) -> int:
        """Milliseconds until a call is let in; 0 for at once."""
        return max(max(0, self.tat.get(rate.name, 0) - rate.burst_ms - now) for rate in self.limits)

    def admit(self, now: int) -> bool:
        if self.wait(now):
            return False
        for rate in self.limits:
            self.tat[rate.name] = max(self.tat.get(rate.name, 0), now) + rate.step_ms
        return True


def a_key(cloud: Cloud, limits: Rates) -> tuple[Table, Credential]:
    table = Table(cloud.stack.data["KeysTableName"])
    credential = Credential.new(ids.new("key"), "live")
    pk, sk = key_record(credential)
    record = {"pk": pk, "sk": sk, "hash": credential.hash, "plan": PLAN, **clock_attributes(limits)}
    table.write(table.put_action(record))
    return table, credential


def stored(table: Table, credential: Credential) -> Item:
    record = table.get(*key_record(credential))
    assert record is not None
    return record


def try_admit(meter: Meter, credential: Credential) -> int | None:
    """None when the call was let in, else the seconds it is told to wait."""
    try:
        meter.admit(credential, "contacts")
    except RateLimited as limited:
        return int(limited.headers["Retry-After"])
    return None


@pytest.mark.usefixtures("cloud")
class TestMeter:
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(calls=st.lists(st.tuples(GAPS, st.integers(0, 1)), min_size=1, max_size=25))
    def test_lets_in_exactly_what_the_textbook_lets_in(
        self, cloud: Cloud, calls: list[tuple[int, int]]
    ) -> None:
        table, credential = a_key(cloud, LOW)
        processes = (Meter(table, low), Meter(table, low))
        reference = Reference(LOW)

        for gap, process in calls:
            cloud.clock.advance(ms=gap)
            now = cloud.clock.ms
            wait = reference.wait(now)

            told = try_admit(processes[process], credential)

            assert (told is None) == reference.admit(now)
            assert told is None or told == -(-wait // 1000)
        record = stored(table, credential)
        assert {rate.name: record[f"tat_{rate.name}"] for rate in LOW} == (
            reference.tat or {rate.name: 0 for rate in LOW}
        )

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(gaps=st.lists(GAPS, max_size=12))
    def test_lets_in_whoever_waited_as_told_and_nobody_a_moment_before(
        self, cloud: Cloud, gaps: list[int]
    ) -> None:
        table, credential = a_key(cloud, LOW)
        meter, reference = Meter(table, low), Reference(LOW)
        for gap in gaps:
            cloud.clock.advance(ms=gap)
            try_admit(meter, credential)
            reference.admit(cloud.clock.ms)
        while not (wait := reference.wait(cloud.clock.ms)):
            try_admit(meter, credential)
            reference.admit(cloud.clock.ms)

        cloud.clock.advance(ms=wait - 1)
        early = try_admit(meter, credential)
        cloud.clock.advance(ms=1)
        in_time = try_admit(Meter(table, low), credential)  # of a process that has seen no call yet

        assert (early, in_time) == (1, None)

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(gaps=st.lists(GAPS, min_size=1, max_size=8))
    def test_asks_the_database_once_unless_its_guess_was_wrong(
        self, cloud: Cloud, gaps: list[int]
    ) -> None:
        limits = rates(PLANS["enterprise"])
        table, credential = a_key(cloud, limits)
        meter = Meter(table, lambda _: limits)
        for gap in gaps:
            cloud.clock.advance(ms=gap)
            with cloud.wire.recording() as calls:
                meter.admit(credential, "contacts")

            assert len(calls) == 1

    def test_a_new_key_has_its_limits_and_no_call_counted(self) -> None:
        assert clock_attributes(LOW) == {
            "tat_minute": 0,
            "step_minute": 15_000,
            "lead_minute": 30_000,
            "tat_day": 0,
            "step_day": 85_714,
            "lead_day": 428_570,
        }

    def test_counts_nothing_for_a_wrong_secret(self, cloud: Cloud) -> None:
        table, credential = a_key(cloud, LOW)
        guess = Credential.new(f"key_{'0' * 18}{credential.public_id}", "live")
        before = stored(table, credential)

        for _ in range(10):
            with pytest.raises(InvalidApiKey):
                Meter(table, low).admit(guess, "contacts")

        assert (guess.public_id, stored(table, credential)) == (credential.public_id, before)
