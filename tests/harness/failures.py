"""Failures of AWS calls that a test can plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

When = Literal["before", "after"]
READS = {"BatchGetItem", "Decrypt", "GetItem", "GetParameter", "Query"}


def crash_points(calls: int) -> list[tuple[int, When]]:
    """Each place where so many calls can be cut, for `crash_at`. Before a call is the same place as
    after the one before it: nothing reaches AWS between the two."""
    after: list[tuple[int, When]] = [(number, "after") for number in range(1, calls + 1)]
    return [(1, "before"), *after]


def changing(calls: Sequence["Call"]) -> list[int]:
    """Return the numbers of the calls that leave something behind. What the meter counts of a key
    is no part of any work."""
    return [number for number, call in enumerate(calls, 1) if _changes(call)]


def cuts(calls: Sequence["Call"]) -> list[tuple[int, When]]:
    """Return the places where it makes a difference that work with these calls is cut, for
    `crash_at`: the beginning, and behind each call that leaves something behind."""
    return [(1, "before"), *((number, "after") for number in changing(calls))]


def _changes(call: "Call") -> bool:
    if call.service == "dynamodb" and call.operation == "UpdateItem":
        return not call.params["Key"]["pk"]["S"].startswith("key#")
    return call.operation not in READS


class Crash(BaseException):
    """The process dies here: nothing in the product may catch it."""


class Refusal(Exception):
    """An AWS service refuses a call with an error code, in words of its own."""

    def __init__(self, code: str, message: str = "refused by the test") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class TimedOut(Crash):
    """Lambda ends the process: its function's timeout is over."""


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call, for example `dynamodb` `GetItem` with its parameters as sent."""

    service: str
    operation: str
    params: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.service} {self.operation}"


@dataclass(slots=True)
class _Planned:
    """`number` counts down, of calls of `operation` where that is given; at zero it happens."""

    number: int
    when: When = "before"
    operation: str | None = None
    happened: bool = False


@dataclass(slots=True)
class _Lost:
    operation: str
    skip: int
    happened: bool = False


@dataclass(slots=True)
class _Refused:
    service: str
    operation: str
    code: str
    message: str
    times: int
    skip: int


@dataclass(slots=True)
class _Throttled:
    """From the `number`-th call on, `attempts` of that call's operation, or all for `seconds`."""

    number: int
    attempts: int
    seconds: float
    until_ms: int = 0
    operation: tuple[str, str] | None = None


@dataclass(slots=True)
class _Conflict:
    """From the `number`-th call on, `times` times."""

    key: tuple[str, str] | None
    number: int
    times: int
