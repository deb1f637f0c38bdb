from outrider.campaigns.statistics import schemas
from outrider.campaigns.statistics.models import StepDay
from outrider.sequences.models import Step, Variant

MONDAY, TUESDAY = "2026-03-02", "2026-03-03"


def a_step(step_id: str) -> Step:
    return Step(
        id=step_id,
        channel="email",
        wait_value=0,
        wait_unit="days",
        condition="always",
        variants=[Variant(id="a")],
    )


class TestCounts:
    def test_add_up_the_shards_and_the_kinds_of_replies(self) -> None:
        parts = [
            StepDay(MONDAY, "stp_1", "a", {"sent": 2, "replied_interested": 1}),
            StepDay(MONDAY, "stp_1", "a", {"sent": 1, "replied_objection": 1, "skipped_opened": 4}),
        ]

        found = schemas.counts(parts)

        assert (found.sent, found.replied, found.skipped) == (3, 2, 4)
        assert found.replied_by_class == {"interested": 1, "objection": 1}
        assert found.skipped_by_reason == {"opened": 4}

    def test_take_no_automatic_answer_for_a_reply(self) -> None:
        counted = {"sent": 9, "replied_interested": 1, "replied_out_of_office": 2}

        found = schemas.counts(
            [StepDay(MONDAY, "stp_1", "a", {**counted, "replied_auto_reply": 4})]
        )

        assert (found.replied, schemas.rates(found).replied.numerator) == (1, 1)
        assert found.replied_by_class == {"interested": 1, "out_of_office": 2, "auto_reply": 4}


class TestRates:
    def test_of_replies_are_of_what_did_not_bounce(self) -> None:
        of = schemas.Counts(sent=10, bounced=2, replied=2, delivered=5)

        found = schemas.rates(of)

        assert (found.replied.denominator, found.replied.value) == (8, 0.25)
        assert (found.delivered.denominator, found.delivered.value) == (10, 0.5)

    def test_have_no_value_where_nothing_was_sent(self) -> None:
        assert schemas.rates(schemas.Counts()).replied.value is None


class TestByStep:
    def test_follow_the_sequence_and_put_old_steps_behind(self) -> None:
        parts = [
            StepDay(MONDAY, "stp_old", "a", {"sent": 1}),
            StepDay(MONDAY, "stp_2", "b", {"sent": 1}),
            StepDay(TUESDAY, "stp_2", "a", {"sent": 1}),
        ]

        found = schemas.by_step(parts, [a_step("stp_2"), a_step("stp_1")])

        assert [(each.step_id, each.position) for each in found] == [
            ("stp_2", 1),
            ("stp_1", 2),
            ("stp_old", None),
        ]
        assert [each.variant_id for each in found[0].by_variant] == ["a", "b"]


class TestByDay:
    def test_are_in_order(self) -> None:
        parts = [StepDay(day, "stp_1", "a", {"sent": 1}) for day in (TUESDAY, MONDAY, TUESDAY)]

        found = schemas.by_day(parts)

        assert [(each.day, each.counts.sent) for each in found] == [(MONDAY, 1), (TUESDAY, 2)]
        assert [each.rates.delivered.denominator for each in found] == [1, 2]
