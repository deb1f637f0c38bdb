"""The planner is pure: the same input gives the same plan, and every limit holds in it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from outrider.campaigns.models import ROUND, Enrollment
from outrider.campaigns.planner import Capacity, Planned, plan
from outrider.kit import clock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def an_enrollment(number: int, *, due: datetime = NOW, mailbox_id: str | None = None) -> Enrollment:
    at = clock.to_text(NOW)
    return Enrollment(
        id=f"enr_{number:03d}",
        campaign_id="cam_1",
        contact_id=f"con_{number}",
        sequence_id="seq_1",
        steps_version=1,
        step_id="stp_1",
        due_at=clock.to_text(due),
        mailbox_id=mailbox_id,
        created_at=at,
        updated_at=at,
    )


def a_capacity(name: str, *, left: int = 100, gap: int = 0, free: int = 0) -> Capacity:
    return Capacity(name, left, timedelta(seconds=gap), NOW + timedelta(seconds=free))


def planned(capacities: list[Capacity], due: list[Enrollment]) -> list[Planned]:
    return plan(NOW, NOW + ROUND, capacities, due)


capacities = st.lists(
    st.builds(
        a_capacity,
        st.sampled_from(["mbx_a", "mbx_b", "mbx_c"]),
        left=st.integers(0, 6),
        gap=st.integers(0, 600),
        free=st.integers(0, 3600),
    ),
    max_size=3,
    unique_by=lambda capacity: capacity.mailbox_id,
)
due = st.lists(
    st.builds(
        an_enrollment,
        st.integers(0, 999),
        due=st.integers(-3600, 900).map(lambda seconds: NOW + timedelta(seconds=seconds)),
        mailbox_id=st.sampled_from([None, "mbx_a", "mbx_gone"]),
    ),
    max_size=20,
    unique_by=lambda enrollment: enrollment.id,
)


class TestPlan:
    @given(capacities, due)
    def test_gives_each_one_slot_within_every_limit(
        self, given_capacities: list[Capacity], given_due: list[Enrollment]
    ) -> None:
        result = planned(given_capacities, given_due)

        assert Counter(one.enrollment.id for one in result) == Counter(e.id for e in given_due)
        slots: dict[str, list[datetime]] = {}
        for one in result:
            if one.mailbox_id is None:
                assert one.reason
                assert one.send_at > NOW
            else:
                assert NOW <= one.send_at <= NOW + ROUND
                slots.setdefault(one.mailbox_id, []).append(one.send_at)
        for capacity in given_capacities:
            own = sorted(slots.get(capacity.mailbox_id, []))
            assert len(own) <= capacity.left
            assert all(slot >= capacity.free_at for slot in own)
            assert all(later - earlier >= capacity.min_gap for earlier, later in pairwise(own))

    @given(capacities, due, st.randoms())
    def test_does_not_depend_on_the_order_of_its_input(
        self, given_capacities: list[Capacity], given_due: list[Enrollment], random: Random
    ) -> None:
        shuffled = list(given_due)
        random.shuffle(shuffled)

        assert planned(given_capacities, shuffled) == planned(given_capacities, given_due)

    def test_keeps_to_the_mailbox_that_wrote_first(self) -> None:
        result = planned(
            [a_capacity("mbx_a"), a_capacity("mbx_b")],
            [an_enrollment(number, mailbox_id="mbx_b") for number in range(5)],
        )

        assert {one.mailbox_id for one in result} == {"mbx_b"}

    def test_rotates_over_the_mailboxes_of_a_pool(self) -> None:
        result = planned(
            [a_capacity("mbx_a", gap=60), a_capacity("mbx_b", gap=60)],
            [an_enrollment(number) for number in range(10)],
        )

        assert Counter(one.mailbox_id for one in result) == {"mbx_a": 5, "mbx_b": 5}

    def test_defers_to_the_next_day_when_the_caps_are_used_up(self) -> None:
        (one,) = planned([a_capacity("mbx_a", left=0)], [an_enrollment(1)])

        midnight = datetime(2026, 3, 3, tzinfo=UTC)
        assert (one.mailbox_id, one.reason) == (None, "mailbox_cap")
        assert midnight <= one.send_at < midnight + timedelta(hours=1)

    def test_names_what_is_missing_when_the_pool_is_empty(self) -> None:
        (one,) = planned([], [an_enrollment(1)])

        assert (one.mailbox_id, one.reason) == (None, "no_mailbox")
