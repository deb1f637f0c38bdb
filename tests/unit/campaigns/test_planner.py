"""The planner is pure: the same input gives the same plan, and every limit holds in it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.campaigns.dispatch.planner import Capacity, Limits, Planned, plan, room
from outrider.campaigns.dispatch.windows import is_open
from outrider.campaigns.models import ROUND, Campaign, Enrollment
from outrider.kit import clock
from outrider.sequences.models import Settings, Step, Variant

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OFFICE = {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}
CHANGES = [
    NOW,
    datetime(2026, 3, 29, 0, 55, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 55, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 50, tzinfo=UTC),
    datetime(2028, 2, 29, 3, 10, tzinfo=UTC),
]
ZONES = ["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]


def a_step(name: str, channel: str) -> Step:
    variants = [Variant(id="a", weight=3), Variant(id="b")]
    return Step.model_validate(
        {
            "id": name,
            "channel": channel,
            "wait_value": 1,
            "wait_unit": "days",
            "condition": "always",
            "variants": variants,
        }
    )


STEPS = {1: [a_step("stp_1", "email"), a_step("stp_call", "call"), a_step("stp_sms", "sms")]}


def a_campaign(**settings: Any) -> Campaign:
    at = clock.to_text(NOW)
    return Campaign(
        id="cam_1",
        name="First",
        sequence_id="seq_1",
        steps_version=1,
        mailbox_pool="pool_default",
        settings=Settings.model_validate(settings),
        created_at=at,
        updated_at=at,
    )


def an_enrollment(number: int, *, due: datetime = NOW, **fields: Any) -> Enrollment:
    at = clock.to_text(NOW)
    given_fields = {
        "id": f"enr_{number:03d}",
        "campaign_id": "cam_1",
        "contact_id": f"con_{number}",
        "sequence_id": "seq_1",
        "steps_version": 1,
        "step_id": "stp_1",
        "due_at": clock.to_text(due),
        "created_at": at,
        "updated_at": at,
    }
    return Enrollment.model_validate({**given_fields, **fields})


def step_of(enrollment: Enrollment) -> str | None:
    return enrollment.step_id if enrollment.steps_version in STEPS else "not known"


def a_capacity(name: str, *, left: int = 100, gap: int = 0, free: int = 0, **more: Any) -> Capacity:
    return Capacity(name, left, timedelta(seconds=gap), NOW + timedelta(seconds=free), **more)


def planned(
    capacities: list[Capacity],
    due: list[Enrollment],
    *,
    now: datetime = NOW,
    limits: Limits | None = None,
    **settings: Any,
) -> list[Planned]:
    return plan(
        now, now + ROUND, a_campaign(**settings), capacities, due, steps=STEPS, limits=limits
    )


capacities = st.lists(
    st.builds(
        a_capacity,
        st.sampled_from(["mbx_a", "mbx_b", "mbx_c"]),
        left=st.integers(-1, 6),
        gap=st.integers(0, 600),
        free=st.integers(0, 3600),
        blocked=st.sampled_from([None, None, None, "mailbox_paused"]),
        shared=st.sampled_from([True, True, False]),
    ),
    max_size=3,
    unique_by=lambda capacity: capacity.mailbox_id,
)
enrollments = st.builds(
    an_enrollment,
    st.integers(0, 999),
    due=st.integers(-3600, 900).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    mailbox_id=st.sampled_from([None, "mbx_a", "mbx_gone"]),
    step_id=st.sampled_from(["stp_1", "stp_1", "stp_1", "stp_call", "stp_sms", "stp_gone"]),
    steps_version=st.sampled_from([1, 1, 1, 9]),
    timezone=st.sampled_from([None, *ZONES]),
    company_key=st.sampled_from([None, "com_1"]),
)
due = st.lists(enrollments, max_size=20, unique_by=lambda enrollment: enrollment.id)
limits = st.builds(
    Limits,
    left=st.none() | st.integers(-1, 10),
    company_left=st.sampled_from([{}, {"com_1": 0}, {"com_1": 2}]),
)
settings = st.sampled_from([{}, {"windows": [OFFICE], "timezone": "Europe/Berlin"}])


class TestPlan:
    @given(capacities, due, limits, settings)
    def test_gives_each_one_slot_within_every_limit(
        self,
        given_capacities: list[Capacity],
        given_due: list[Enrollment],
        given_limits: Limits,
        given_settings: dict[str, Any],
    ) -> None:
        result = planned(given_capacities, given_due, limits=given_limits, **given_settings)

        assert Counter(one.enrollment.id for one in result) == Counter(e.id for e in given_due)
        rules = a_campaign(**given_settings).settings
        assert all(is_open(one.send_at, rules, one.enrollment.timezone) for one in result)
        going = [one for one in result if one.goes_out]
        assert all(NOW <= one.send_at <= NOW + ROUND for one in going)
        assert all(one.send_at > NOW for one in result if not one.goes_out)
        messages = [one for one in going if step_of(one.enrollment) != "stp_call"]
        assert given_limits.left is None or len(messages) <= max(0, given_limits.left)
        colleagues = [one for one in messages if one.enrollment.company_key == "com_1"]
        assert len(colleagues) <= given_limits.company_left.get("com_1", len(colleagues))
        for one in going:
            mail = step_of(one.enrollment) in ("stp_1", "not known")
            assert (one.mailbox_id is not None) == mail
            own = one.enrollment.mailbox_id
            assert (
                not mail
                or own not in {each.mailbox_id for each in given_capacities}
                or (one.mailbox_id == own)
            )
        for each in given_capacities:
            slots = sorted(one.send_at for one in going if one.mailbox_id == each.mailbox_id)
            assert len(slots) <= max(0, each.left)
            assert not slots or not each.blocked
            assert all(slot >= each.free_at for slot in slots)
            assert all(later - earlier >= each.min_gap for earlier, later in pairwise(slots))

    @given(capacities, due, limits, settings, st.randoms())
    def test_does_not_depend_on_the_order_of_its_input(
        self,
        given_capacities: list[Capacity],
        given_due: list[Enrollment],
        given_limits: Limits,
        given_settings: dict[str, Any],
        random: Random,
    ) -> None:
        mailboxes, shuffled = list(given_capacities), list(given_due)
        random.shuffle(mailboxes)
        random.shuffle(shuffled)

        again = planned(mailboxes, shuffled, limits=given_limits, **given_settings)

        assert again == planned(given_capacities, given_due, limits=given_limits, **given_settings)

    @pytest.mark.parametrize("now", CHANGES)
    @pytest.mark.parametrize("zone", ZONES)
    def test_keeps_the_windows_when_clocks_change(self, now: datetime, zone: str) -> None:
        given_due = [an_enrollment(number, due=now, timezone=zone) for number in range(30)]
        window = {**OFFICE, "days": [*OFFICE["days"], "sat", "sun"]}

        result = planned(
            [a_capacity("mbx_a", left=9, gap=60)], given_due, now=now, windows=[window]
        )

        rules = Settings.model_validate({"windows": [window]})
        assert all(is_open(one.send_at, rules, zone) for one in result)
        assert result == planned(
            [a_capacity("mbx_a", left=9, gap=60)], given_due[::-1], now=now, windows=[window]
        )

    @pytest.mark.parametrize(
        ("newest", "mailbox_id"),
        [(["stp_1", "stp_call"], "mbx_a"), (["stp_sms", "stp_call"], None), (["stp_2"], None)],
        ids=["the same email", "what came behind it", "the end"],
    )
    def test_gives_slots_to_what_moves_to_newer_steps_as_these_need_them(
        self, newest: list[str], mailbox_id: str | None
    ) -> None:
        kinds = {"stp_1": "email", "stp_2": "email", "stp_call": "call", "stp_sms": "sms"}
        steps = {**STEPS, 2: [a_step(name, kinds[name]) for name in newest]}
        moved = a_campaign().model_copy(update={"steps_version": 2, "least_steps_version": 2})

        (one,) = plan(
            NOW, NOW + ROUND, moved, [a_capacity("mbx_a")], [an_enrollment(1)], steps=steps
        )

        assert (one.goes_out, one.mailbox_id) == (True, mailbox_id)

    def test_keeps_to_the_mailbox_that_wrote_first(self) -> None:
        result = planned(
            [a_capacity("mbx_a"), a_capacity("mbx_b")],
            [an_enrollment(number, mailbox_id="mbx_b") for number in range(5)],
        )

        assert {one.mailbox_id for one in result} == {"mbx_b"}

    def test_waits_for_the_mailbox_that_wrote_first_while_it_sends_nothing(self) -> None:
        pool = [a_capacity("mbx_a"), a_capacity("mbx_b", blocked="mailbox_failing")]

        (waits,) = planned(pool, [an_enrollment(1, mailbox_id="mbx_b")])
        (other,) = planned(pool, [an_enrollment(1, mailbox_id="mbx_deleted")])

        assert (waits.mailbox_id, waits.reason) == (None, "mailbox_failing")
        assert (other.mailbox_id, other.reason) == ("mbx_a", None)

    def test_rotates_over_the_mailboxes_of_a_pool(self) -> None:
        result = planned(
            [a_capacity("mbx_a", gap=60), a_capacity("mbx_b", gap=60)],
            [an_enrollment(number) for number in range(10)],
        )

        assert Counter(one.mailbox_id for one in result) == {"mbx_a": 5, "mbx_b": 5}

    def test_uses_all_mailboxes_that_keep_no_gap(self) -> None:
        names = ["mbx_a", "mbx_b", "mbx_c"]

        result = planned([a_capacity(n) for n in names], [an_enrollment(n) for n in range(90)])

        assert min(Counter(one.mailbox_id for one in result).values()) > 15

    def test_defers_to_the_next_day_when_the_caps_are_used_up(self) -> None:
        (one,) = planned([a_capacity("mbx_a", left=0)], [an_enrollment(1)])

        assert (one.mailbox_id, one.reason) == (None, "mailbox_cap")
        assert one.send_at == datetime(2026, 3, 3, tzinfo=UTC)

    def test_defers_into_the_windows_of_the_next_day(self) -> None:
        (one,) = planned(
            [a_capacity("mbx_a", left=0)], [an_enrollment(1, timezone="UTC")], windows=[OFFICE]
        )

        assert one.send_at == datetime(2026, 3, 3, 9, tzinfo=UTC)

    def test_names_what_is_missing_when_the_pool_is_empty(self) -> None:
        (one,) = planned([], [an_enrollment(1)])

        assert (one.mailbox_id, one.reason) == (None, "no_mailbox")

    def test_takes_the_smallest_limit(self) -> None:
        given_due = [an_enrollment(number, company_key=f"com_{number % 2}") for number in range(9)]
        given_limits = Limits(left=3, company_left={"com_0": 1, "com_1": 9})

        result = planned([a_capacity("mbx_a")], given_due, limits=given_limits)

        assert Counter(one.reason for one in result) == {
            None: 3,
            "company_daily_limit": 1,
            "campaign_daily_limit": 5,
        }

    def test_gives_back_what_ran_out_of_time_at_once(self) -> None:
        claimed = an_enrollment(1, state="sending", sending="msg_1", mailbox_id="mbx_a")
        task = an_enrollment(2, state="waiting", sending="msg_2", step_id="stp_call")

        result = planned([], [claimed, task], limits=Limits(left=0), windows=[OFFICE], holidays=[])

        assert [(one.goes_out, one.send_at) for one in result] == [(True, NOW), (True, NOW)]

    def test_says_which_variant_goes_out(self) -> None:
        result = planned([a_capacity("mbx_a")], [an_enrollment(number) for number in range(99)])

        assert {one.variant_id for one in result} == {"a", "b"}
        assert all(
            one.variant_id == STEPS[1][0].variant_for(one.enrollment.id).id for one in result
        )


class TestRoom:
    @given(capacities, st.integers(1, 30))
    def test_is_never_more_than_the_plan_places(
        self, given_capacities: list[Capacity], count: int
    ) -> None:
        mails = [an_enrollment(number) for number in range(count)]

        result = planned(given_capacities, mails)

        placed = sum(one.goes_out for one in result)
        assert min(count, room(NOW, NOW + ROUND, given_capacities)) <= placed

    def test_leaves_out_mailboxes_that_send_nothing(self) -> None:
        pool = [a_capacity("mbx_a", left=10), a_capacity("mbx_b", left=5, blocked="mailbox_paused")]

        assert room(NOW, NOW + ROUND, pool) == 10
