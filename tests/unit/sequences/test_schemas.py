"""What of steps and settings is taken, and where the rest is pointed at."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from outrider.kit import json
from outrider.kit.errors import ValidationFailed
from outrider.kit.http.requests import parse_body
from outrider.sequences.models import Settings, Step
from outrider.sequences.schemas import SequenceCreate, SequenceUpdate
from outrider.sequences.steps import StepView

ADAPTER = TypeAdapter(SequenceCreate)
MAIL = {"channel": "email"}


def read(*steps: dict[str, Any], **fields: Any) -> SequenceCreate:
    body = {"name": "First", "steps": steps or (MAIL,), **fields}
    created: SequenceCreate = parse_body(json.dumps(body), ADAPTER, batch=False)
    return created


def pointers(*steps: dict[str, Any], **fields: Any) -> list[str]:
    with pytest.raises(ValidationFailed) as failure:
        read(*steps, **fields)
    return [violation.pointer for violation in failure.value.violations]


def kept(step: dict[str, Any]) -> Step:
    return read(step).steps[0].step(first=True)


class TestStep:
    @pytest.mark.parametrize(
        ("step", "expected"),
        [
            ({"channel": "sms", "text": "x" * 1_601, "html": "x"}, ["/html", "/text"]),
            ({"channel": "call", "subject": "x"}, ["/subject"]),
            ({**MAIL, "timeout_days": 3}, ["/timeout_days"]),
            ({**MAIL, "if": "never"}, ["/if"]),
            ({**MAIL, "condition": "always"}, ["/condition"]),
            ({**MAIL, "text": "{{ a"}, ["/text"]),
            ({**MAIL, "wait_days": 1, "wait_before": {"value": 1, "unit": "days"}}, ["/wait_days"]),
            ({**MAIL, "wait_before": {"value": 9_000, "unit": "hours"}}, ["/wait_before/value"]),
            ({**MAIL, "text": "x", "variants": [{}, {}]}, ["/text"]),
            ({**MAIL, "variants": [{}]}, ["/variants"]),
            ({**MAIL, "variants": [{"weight": 0}, {"weight": 101}]}, ["weights"]),
            ({**MAIL, "variants": [{"id": "a"}, {"id": "a"}]}, ["ids"]),
            ({"channel": "sms", "variants": [{}, {"html": "x"}]}, ["/variants/1/html"]),
        ],
    )
    def test_points_at_what_it_does_not_take(
        self, step: dict[str, Any], expected: list[str]
    ) -> None:
        both = {"weights": "weight", "ids": "id"}
        wanted = [
            pointer
            for name in expected
            for pointer in (
                [f"/variants/{place}/{both[name]}" for place in (0, 1)] if name in both else [name]
            )
        ]

        assert pointers(step) == [f"/steps/0{pointer}" for pointer in wanted]

    def test_names_variants_that_have_no_name(self) -> None:
        step = kept({**MAIL, "variants": [{}, {"id": "a", "weight": 3}, {}]})

        assert [(each.id, each.weight) for each in step.variants] == [("b", 1), ("a", 3), ("c", 1)]

    @pytest.mark.parametrize(
        "step",
        [
            {**MAIL, "wait_days": 3, "subject": "A", "html": "<p>"},
            {**MAIL, "variants": [{"id": "x", "subject": "A"}, {"text": "b", "weight": 9}]},
            {"channel": "task", "text": "x", "timeout_days": 90, "if": "replied:objection"},
            {"channel": "sms", "wait_before": {"value": 5, "unit": "hours", "basis": "working"}},
        ],
    )
    def test_shows_what_it_takes_back(self, step: dict[str, Any]) -> None:
        made = kept(step)
        shown = json.loads(StepView.of(made).model_dump_json())
        del shown["id"]

        assert kept(shown).model_copy(update={"id": made.id}) == made

    def test_are_bounded_in_bytes(self) -> None:
        assert pointers(*[{**MAIL, "text": "ü" * 50_000}] * 4) == ["/steps"]


class TestSettings:
    def test_points_at_what_it_does_not_take(self) -> None:
        window = {"days": ["mon"], "from": "09:00", "to": "17:00"}
        settings = {
            "timezone": "Mars/Olympus",
            "windows": [{**window, "to": "09:00"}, {**window, "from": "9:00"}, {"days": []}],
            "holidays": ["2027-02-29"],
            "daily_limit": 0,
            "min_interval_hours": -1,
            "surprise": 1,
        }

        assert pointers(settings=settings) == [
            "/settings/timezone",
            "/settings/windows/0/from",
            "/settings/windows/0/to",
            "/settings/windows/1/from",
            "/settings/windows/2/days",
            "/settings/windows/2/from",
            "/settings/windows/2/to",
            "/settings/holidays/0",
            "/settings/daily_limit",
            "/settings/min_interval_hours",
            "/settings/surprise",
        ]

    def test_change_only_as_given(self) -> None:
        before = Settings(daily_limit=5, holidays=["2026-12-25"], track_opens=True)
        update = SequenceUpdate.model_validate(
            {"settings": {"daily_limit": None, "timezone": "Asia/Kathmandu"}}
        )

        after = update.settings.over(before)

        assert after == before.model_copy(
            update={"daily_limit": None, "timezone": "Asia/Kathmandu"}
        )

    def test_a_window_may_end_with_the_day(self) -> None:
        created = read(settings={"windows": [{"days": ["sun"], "from": "20:00", "to": "24:00"}]})

        assert created.settings.over(Settings()).windows[0].end == "24:00"
