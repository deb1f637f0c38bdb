"""How often, and how far apart, a change is tried that others may make at the same time."""

import ast
from datetime import UTC, datetime, timedelta

from outrider.kit import clock
from outrider.kit.attempts import MOST, attempts
from tools.templates import REPOSITORY

LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"
NO_WAIT = {"access/meter.py"}
"""Every call goes through the meter, and its second attempt nearly always counts."""


def test_wait_after_the_second_only() -> None:
    begun = datetime(2026, 3, 2, 9, tzinfo=UTC)
    waits = []
    with clock.frozen(begun):
        before = clock.now()
        for _ in attempts():
            waits.append(clock.now() - before)
            before = clock.now()

    assert len(waits) == MOST
    assert waits[:2] == [timedelta(), timedelta()]
    assert all(wait <= timedelta(milliseconds=800) for wait in waits)


def hand_written(source: str) -> bool:
    return any(
        isinstance(each, ast.For)
        and isinstance(each.target, ast.Name)
        and each.target.id == "_"
        and ast.unparse(each.iter) == "range(_ATTEMPTS)"
        for each in ast.walk(ast.parse(source))
    )


def test_are_counted_in_one_place() -> None:
    found = {
        str(path.relative_to(LIBRARY))
        for path in LIBRARY.rglob("*.py")
        if hand_written(path.read_text(encoding="utf-8"))
    }

    assert found == NO_WAIT
