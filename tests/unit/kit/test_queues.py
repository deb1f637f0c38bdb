"""How long a worker goes on."""

from dataclasses import dataclass

import pytest

from outrider.kit.aws.sqs import TURN_MS, turn_left
from tools import templates

LONG = {
    "imports_run",
    "exports_run",
    "campaigns_enroll",
    "webhooks_replay",
    "contacts_link",
    "leads_rescore",
    "migrations_run",
}


@dataclass
class Context:
    left: int

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@pytest.mark.parametrize(
    ("at_first", "left", "goes_on"),
    [
        (300_000, 300_000 - TURN_MS + 1, True),
        (300_000, 300_000 - TURN_MS, False),
        (25_000, 10_001, True),
        (25_000, 10_000, False),
    ],
)
def test_a_turn_ends_by_itself_and_before_the_function_does(
    at_first: int, left: int, goes_on: bool
) -> None:
    context = Context(at_first)
    has_time = turn_left(context, 10_000)

    context.left = left

    assert has_time() is goes_on


def test_whoever_goes_on_in_another_call_works_in_turns() -> None:
    """Else a workspace with much to do keeps all workers busy for minutes."""
    code = {
        each.name: (templates.REPOSITORY / "functions" / each.name / "app.py").read_text()
        for each in templates.functions()
    }

    assert {name for name, text in code.items() if "turn_left(" in text} == LONG
