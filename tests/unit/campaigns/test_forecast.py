"""A forecast is what the planner's rounds come to: every rule holds, and it is always the same."""

import zoneinfo
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.campaigns.dispatch.windows import is_open
from outrider.campaigns.forecast import simulation
from outrider.campaigns.forecast.models import Outlook, Person, Taken
from outrider.campaigns.forecast.simulation import MOST_WORK, Forecast
from outrider.campaigns.forecast.work_limit import EVENT
from outrider.kit import clock
from outrider.mailboxes.models import Mailbox
from outrider.sequences.models import Step
from tests.unit.campaigns.test_planner import NOW, OFFICE, ZONES, a_campaign, a_step

STEPS = [
    a_step("stp_1", "email").model_copy(update={"wait_value": 0}),
    a_step("stp_call", "call"),
    a_step("stp_3", "email"),
]


def a_mailbox(name: str, **fields: Any) -> Mailbox:
    at = clock.to_text(NOW)
    given_fields = {
        "id": name,
        "email": f"{name}@outrider.test",
        "daily_cap": 50,
        "min_gap_seconds": 0,
        "warmed": True,
        "verified_by": "first",
        "created_at": at,
        "updated_at": at,
    }
    return Mailbox.model_validate({**given_fields, **fields})


def forecast(
    mailboxes: list[Mailbox],
    people: list[Person],
    steps: list[Step] = STEPS,
    **rules: Any,
) -> Outlook:
    made = Forecast(a_campaign(**rules), steps, mailboxes, Taken(), NOW)
    return made.run(people, [each.id for each in people])


def somebody(number: int, timezone: str | None = None, company: str | None = None) -> Person:
    return Person(f"enr_{number:03d}", timezone, company)


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
    st.builds(
        somebody,
        st.integers(0, 999),
        st.sampled_from([None, *ZONES]),
        st.sampled_from([None, "com_a"]),
    ),
    max_size=8,
    unique_by=lambda person: person.id,
)
rules = st.fixed_dictionaries(
    {},
    optional={
        "windows": st.just([OFFICE]),
        "daily_limit": st.integers(1, 5),
        "company_daily_limit": st.integers(1, 2),
        "holidays": st.just(["2026-03-03"]),
    },
)


class TestForecast:
    @settings(max_examples=60)
    @given(pools, audiences, rules)
    def test_keeps_every_rule_on_every_day(
        self, pool: list[Mailbox], audience: list[Person], given_rules: dict[str, Any]
    ) -> None:
        outlook = forecast(pool, audience, **given_rules)

        assert outlook == forecast(pool[::-1], audience[::-1], **given_rules)
        of_mailbox: dict[str, list[datetime]] = defaultdict(list)
        days: Counter[Any] = Counter()
        by_company: Counter[Any] = Counter()
        campaign = a_campaign(**given_rules)
        for person in audience:
            steps = outlook.expected[person.id]
            assert [each.step.id for each in steps] == [step.id for step in STEPS]
            assert len({each.mailbox_id for each in steps if each.mailbox_id}) == 1
            for each in steps:
                assert each.send_at
                assert is_open(each.send_at, campaign.settings, person.timezone)
                assert (each.reason is None) == (each.send_at == each.due_at)
                assert each.send_at >= each.due_at
                if each.mailbox_id:
                    of_mailbox[each.mailbox_id].append(each.send_at)
                    days[each.send_at.date()] += 1
                    by_company[person.company_key, each.send_at.date()] += 1
            moments = [each.send_at for each in steps if each.send_at]
            assert all(later > earlier for earlier, later in pairwise(moments))
        for mailbox in pool:
            slots = sorted(of_mailbox[mailbox.id])
            gap = timedelta(seconds=mailbox.min_gap_seconds)
            assert all(later - earlier >= gap for earlier, later in pairwise(slots))
            by_day = Counter(slot.date() for slot in slots)
            assert all(count <= mailbox.cap_on(day) for day, count in by_day.items())
        assert max(days.values(), default=0) <= given_rules.get("daily_limit", 99)
        to_company = [count for (key, _), count in by_company.items() if key]
        assert max(to_company, default=0) <= given_rules.get("company_daily_limit", 99)
        assert {day: outlook.days[day, False] for day in days} == days

    def test_says_why_a_mail_is_late_and_why_one_never_goes_out(self) -> None:
        two = [somebody(1), somebody(2)]

        late = forecast([a_mailbox("mbx_a", daily_cap=1)], two, STEPS[:1])
        never = forecast([a_mailbox("mbx_a", status="paused")], two[:1])

        assert late.late == {"mailbox_cap": 1}
        assert never.left_out == {"mailbox_paused": 1}
        (expected,) = never.expected["enr_001"]
        assert (expected.send_at, expected.reason) == (None, "mailbox_paused")

    def test_gives_no_reason_for_what_is_not_late(self) -> None:
        everybody = [somebody(number) for number in range(1_000)]
        precise = NOW + timedelta(microseconds=789)

        pool = [a_mailbox("mbx_a", daily_cap=10_000)]
        outlook = Forecast(a_campaign(), STEPS, pool, Taken(), precise).run(everybody)

        assert (outlook.late, outlook.left_out) == ({}, {})

    def test_says_which_rule_makes_it_wait(self) -> None:
        three = [somebody(number, company="com_a") for number in range(3)]
        gap = [a_mailbox("mbx_a", min_gap_seconds=600)]

        by_gap = forecast(gap, three, STEPS[:1]).late
        by_limit = forecast([a_mailbox("mbx_a")], three, STEPS[:1], daily_limit=1).late
        by_company = forecast([a_mailbox("mbx_a")], three, STEPS[:1], company_daily_limit=1).late

        assert by_gap.keys() == {"mailbox_gap"}
        assert (by_limit, by_company) == ({"campaign_daily_limit": 2}, {"company_daily_limit": 2})

    def test_leaves_out_what_only_an_answer_brings_about(self) -> None:
        steps = [STEPS[0], STEPS[2].model_copy(update={"condition": "opened"})]

        result = forecast([a_mailbox("mbx_a")], [somebody(1)], steps)

        assert [each.reason for each in result.expected["enr_001"]] == [None, "not_opened"]

    def test_warms_up_day_by_day(self) -> None:
        audience = [somebody(number) for number in range(12)]

        result = forecast([a_mailbox("mbx_a", warmed=False)], audience, STEPS[:1])

        assert [result.days[day] for day in sorted(result.days)] == [5, 7]

    def test_counts_what_was_sent_today_already(self) -> None:
        audience = [somebody(number) for number in range(4)]
        taken = Taken(mailboxes={"mbx_a": 3}, free_at={"mbx_a": NOW + timedelta(hours=1)})
        pool = [a_mailbox("mbx_a", daily_cap=4)]

        result = Forecast(a_campaign(), STEPS[:1], pool, taken, NOW).run(
            audience, [each.id for each in audience]
        )

        first = min(each.send_at for (each,) in result.expected.values() if each.send_at)
        assert first == NOW + timedelta(hours=1)
        assert [result.days[day] for day in sorted(result.days)] == [1, 3]

    def test_looks_at_no_one_who_waits(self) -> None:
        """Its work grows with what is sent, not with who waits for it on how many days."""
        everybody = [somebody(number, company="com_a") for number in range(3_000)]
        pool = [a_mailbox("mbx_a", daily_cap=20)]

        made = Forecast(a_campaign(windows=[OFFICE]), STEPS[:1], pool, Taken(), NOW)
        outlook = made.run(everybody)

        assert outlook.days.total() + outlook.left_out.total() == 3_000
        assert set(outlook.days.values()) == {20}
        assert made.work.done < 5 * EVENT * (outlook.days.total() + len(everybody))


MINUTES = [
    {**OFFICE, "start": f"{hour:02d}:{minute:02d}", "end": f"{hour:02d}:{minute + 1:02d}"}
    for hour in range(23)
    for minute in (0, 30)
]
EVERYWHERE = sorted(zoneinfo.available_timezones())[::4]
HOLIDAYS = [(NOW + timedelta(days=each)).date().isoformat() for each in range(1, 400)]


class TestWork:
    """A forecast ends when it did MOST_WORK, whatever it is made of; nobody is left untold."""

    @pytest.mark.parametrize(
        ("people", "rules", "wait", "gap"),
        [
            pytest.param(EVERYWHERE, {"windows": MINUTES}, {}, 60, id="short windows"),
            pytest.param(EVERYWHERE, {"windows": MINUTES}, {}, 3_600, id="long gaps"),
            pytest.param(
                EVERYWHERE, {"windows": [OFFICE], "holidays": HOLIDAYS}, {}, 0, id="holidays"
            ),
            pytest.param(
                EVERYWHERE,
                {"windows": [OFFICE]},
                {"wait_value": 8_760, "wait_unit": "hours", "wait_basis": "working"},
                0,
                id="worked hours",
            ),
            pytest.param([""], {"daily_limit": 1}, {"channel": "sms"}, 0, id="a limit"),
        ],
    )
    def test_is_bounded(
        self,
        people: list[str],
        rules: dict[str, Any],
        wait: dict[str, Any],
        gap: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        most = MOST_WORK // 200
        monkeypatch.setattr(simulation, "MOST_WORK", most)
        audience = [
            Person(f"enr_{number:04d}", people[number % len(people)] or None)
            for number in range(2_000)
        ]
        steps = [each.model_copy(update=wait) for each in STEPS]
        pool = [a_mailbox(f"mbx_{number}", min_gap_seconds=gap) for number in range(20)]

        made = Forecast(a_campaign(**rules), steps, pool, Taken(), NOW)
        outlook = made.run(audience)

        asked_once = len(people) * 40_000 + len(audience) * len(steps) * 2 * EVENT
        assert made.work.done < most + asked_once
        assert outlook.left_out["horizon"] or outlook.days.total() == 3 * len(audience)
