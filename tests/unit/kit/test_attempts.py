"""How often, and how far apart, a change is tried that others may make at the same time."""

import ast
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from outrider.kit import clock
from outrider.kit.attempts import MOST, attempts
from tools.templates import REPOSITORY

LIBRARY = REPOSITORY / "layers" / "outrider" / "outrider"
NO_WAIT = {"access/meter.py"}
OF_A_LOOP = {"ATTEMPTS", "PLAN_ATTEMPTS", "TRANSACTION_ATTEMPTS"}
"""Names of such numbers; MOST_ATTEMPTS is how often the work of a record is begun again."""
NUMBERS_OF_THEIR_OWN = {
    "access/meter.py",
    "campaigns/dispatch/rounds.py",
    "credits/service.py",
    "events/feed/recording.py",
    "kit/aws/dynamodb.py",
    "kit/aws/dynamodb_transport.py",
    "kit/aws/eventbridge.py",
    "mailboxes/health/reviews.py",
}
"""Each says why, below the number. All others use MOST, or FEW."""


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


def has_own_number(source: str) -> bool:
    """Whether a module has a number of attempts; it must say below why."""
    body = ast.parse(source).body
    for each, following in zip(body, [*body[1:], None], strict=True):
        if (
            isinstance(each, ast.Assign)
            and isinstance(each.value, ast.Constant)
            and ast.unparse(each.targets[0]).removeprefix("_") in OF_A_LOOP
        ):
            assert isinstance(following, ast.Expr), f"{ast.unparse(each)} needs a reason"
            return True
    return False


def modules(chosen: Callable[[str], bool]) -> set[str]:
    return {
        str(path.relative_to(LIBRARY))
        for path in LIBRARY.rglob("*.py")
        if chosen(path.read_text(encoding="utf-8"))
    }


def test_are_counted_in_one_place() -> None:
    assert modules(hand_written) == NO_WAIT
    assert modules(has_own_number) == NUMBERS_OF_THEIR_OWN
