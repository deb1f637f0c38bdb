"""A forecast is what the planner's rounds come to: every rule holds, and it is always the same."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.campaigns.forecast import Expected, Forecast, Taken
from outrider.campaigns.models import Enrollment
from outrider.campaigns.windows import is_open
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.sequences.models import Step
from tests.unit.campaigns.test_planner import NOW, OFFICE, ZONES, a_campaign, a_step, an_enrollment

STEPS = [a_step("stp_1", "email"), a_step("stp_call", "call"), a_step("stp_3", "email")]


def a_mailbox(name: str, **fields: Any) -> Mailbox:
    at = clock.to_text(NOW)
    given_fields = {
        "id": name,
        "email": f"{name}@outrider.test",
        "daily_cap": 50,
        "min_gap_seconds": 0,
        "warmed": True,
        "created_at": at,
        "updated_at": at,
    }
    return Mailbox.model_validate({**given_fields, **fields})


def forecast(
    mailboxes: list[Mailbox],
    enrollments: list[Enrollment],
    steps: list[Step] = STEPS,
    **rules: Any,
) -> dict[str, list[Expected]]:
    return Forecast(a_campaign(**rules), steps, mailboxes, Taken(), NOW).run(enrollments)


pools = st.lists(
    st.builds(
        a_mailbox,
        st.sampled_from(["mbx_a", "mbx_b"]),
        daily_cap=st.integers(1, 6),
        min_gap_seconds=st.sampled_from([0, 60, 3600]),
        warmed=st.booleans(),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda mailbox: mailbox.id,
)
audiences = st.lists(
    st.builds(an_enrollment, st.integers(0, 999), timezone=st.sampled_from([None, *ZONES])),
    max_size=8,
    unique_by=lambda enrollment: enrollment.id,
)
rules = st.fixed_dictionaries(
    {},
    optional={
        "windows": st.just([OFFICE]),
        "daily_limit": st.integers(1, 5),
        "holidays": st.just(["2026-03-03"]),
    },
)


class TestForecast:
    @settings(max_examples=40)
    @given(pools, audiences, rules)
    def test_keeps_every_rule_on_every_day(
        self, pool: list[Mailbox], audience: list[Enrollment], given_rules: dict[str, Any]
    ) -> None:
        result = forecast(pool, audience, **given_rules)

        assert result == forecast(pool[::-1], audience[::-1], **given_rules)
        of_mailbox: dict[str, list[datetime]] = defaultdict(list)
        days: Counter[Any] = Counter()
        campaign = a_campaign(**given_rules)
        for enrollment in audience:
            steps = result[enrollment.id]
            assert [each.step.id for each in steps] == [step.id for step in STEPS]
            assert len({each.mailbox_id for each in steps if each.mailbox_id}) == 1
            for each in steps:
                assert each.send_at
                assert is_open(each.send_at, campaign.settings, enrollment.timezone)
                assert each.send_at == each.due_at or (each.reason and each.send_at > each.due_at)
                if each.mailbox_id:
                    of_mailbox[each.mailbox_id].append(each.send_at)
                    days[each.send_at.date()] += 1
            moments = [each.send_at for each in steps if each.send_at]
            assert all(later > earlier for earlier, later in pairwise(moments))
        for mailbox in pool:
            slots = sorted(of_mailbox[mailbox.id])
            gap = timedelta(seconds=mailbox.min_gap_seconds)
            assert all(later - earlier >= gap for earlier, later in pairwise(slots))
            by_day = Counter(slot.date() for slot in slots)
            assert all(count <= mailbox.cap_on(day) for day, count in by_day.items())
        assert max(days.values(), default=0) <= given_rules.get("daily_limit", 99)

    def test_says_why_a_mail_is_late_and_why_one_never_goes_out(self) -> None:
        two = [an_enrollment(1), an_enrollment(2)]

        late = forecast([a_mailbox("mbx_a", daily_cap=1)], two, STEPS[:1])
        never = forecast([a_mailbox("mbx_a", status="paused")], two[:1])

        assert sorted(each.reason or "" for (each,) in late.values()) == ["", "mailbox_cap"]
        assert [(each.send_at, each.reason) for each in never["enr_001"]] == [
            (None, "mailbox_paused")
        ]

    def test_leaves_out_what_only_an_answer_brings_about(self) -> None:
        steps = [STEPS[0], STEPS[2].model_copy(update={"condition": "opened"})]

        result = forecast([a_mailbox("mbx_a")], [an_enrollment(1)], steps)

        assert [each.reason for each in result["enr_001"]] == [None, "not_opened"]

    def test_warms_up_day_by_day(self) -> None:
        audience = [an_enrollment(number) for number in range(12)]

        result = forecast([a_mailbox("mbx_a", warmed=False)], audience, STEPS[:1])

        days = Counter(each.send_at.date() for (each,) in result.values() if each.send_at)
        assert list(days.values()) == [5, 7]
