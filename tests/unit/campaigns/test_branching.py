"""Which steps an enrollment goes through."""

from typing import Any

import pytest

from outrider.campaigns.enrollments import branching
from outrider.campaigns.models import Enrollment
from outrider.sequences.models import Settings, Step, Variant

AT = "2026-03-02T09:00:00.000Z"


def a_step(condition: str = "always", step_id: str = "stp_1") -> Step:
    return Step(
        id=step_id,
        channel="email",
        wait_value=0,
        wait_unit="days",
        condition=condition,
        variants=[Variant(id="a")],
    )


def steps(*step_ids: str) -> list[Step]:
    return [a_step(step_id=step_id) for step_id in step_ids]


def an_enrollment(**fields: Any) -> Enrollment:
    return Enrollment(
        id="enr_1",
        campaign_id="cam_1",
        contact_id="con_1",
        sequence_id="seq_1",
        steps_version=1,
        created_at=AT,
        updated_at=AT,
        **fields,
    )


REPLIED = {"replied_at": AT, "reply_class": "interested"}
ABSENT = {"reply_class": "out_of_office"}


class TestUnmet:
    @pytest.mark.parametrize(
        ("condition", "happened", "reason"),
        [
            ("always", {}, None),
            ("no_reply", {}, None),
            ("replied", {}, "no_reply"),
            ("replied", REPLIED, None),
            ("replied:interested", REPLIED, None),
            ("replied:objection", REPLIED, "other_reply"),
            ("replied:out_of_office", ABSENT, None),
            ("replied:out_of_office", REPLIED, "other_reply"),
            ("replied", ABSENT, "no_reply"),
            ("no_reply", ABSENT, None),
            ("no_reply", REPLIED, "replied"),
            ("always", REPLIED, "replied"),
            ("opened", {"opened_at": AT}, None),
            ("opened", {}, "not_opened"),
            ("not_opened", {"opened_at": AT}, "opened"),
            ("not_opened", {}, None),
            ("clicked", {"clicked_at": AT}, None),
            ("clicked", {"opened_at": AT}, "not_clicked"),
            ("not_clicked", {"clicked_at": AT}, "clicked"),
            ("opened", {"opened_at": AT, **REPLIED}, "replied"),
        ],
    )
    def test_says_why_a_step_is_left_out(
        self, condition: str, happened: dict[str, Any], reason: str | None
    ) -> None:
        assert branching.unmet(a_step(condition), an_enrollment(**happened), Settings()) == reason

    def test_always_goes_on_where_a_reply_stops_nothing(self) -> None:
        settings = Settings(stop_on_reply=False)

        assert branching.unmet(a_step("always"), an_enrollment(**REPLIED), settings) is None
        assert branching.unmet(a_step("no_reply"), an_enrollment(**REPLIED), settings) == "replied"


class TestAfterReply:
    @pytest.mark.parametrize(
        ("conditions", "stop_on_reply", "goes_on"),
        [
            (["always", "no_reply"], True, False),
            (["always", "no_reply"], False, True),
            (["always", "replied:interested"], True, True),
            (["replied", "always"], True, False),
        ],
    )
    def test_goes_on_for_what_is_still_to_come(
        self, conditions: list[str], stop_on_reply: bool, goes_on: bool
    ) -> None:
        """The step to come is the last."""
        way = [a_step(condition, f"stp_{at}") for at, condition in enumerate(conditions)]
        settings = Settings(stop_on_reply=stop_on_reply)

        assert branching.goes_on_after_reply(way, way[-1].id, settings) is goes_on


class TestNewSteps:
    @pytest.mark.parametrize(
        ("after", "at", "expected"),
        [
            (["a", "b", "c"], "b", "b"),
            (["a", "c"], "b", "c"),
            (["c", "b", "a"], "b", "b"),
            (["a"], "b", None),
            (["x", "y"], "b", None),
        ],
    )
    def test_goes_on_at_the_same_step_or_the_next_that_is_left(
        self, after: list[str], at: str, expected: str | None
    ) -> None:
        found = branching.same_or_next(steps("a", "b", "c"), steps(*after), at)

        assert (found.id if found else None) == expected
