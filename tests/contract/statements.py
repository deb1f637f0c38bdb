"""Statements of the three API documents, beside the tests that carry them out.

    @statement("OutreachPilot", "Contacts", "limit (max 200)")
    def test_limit_is_at_most_200(self, api: Api) -> None: ...

`python -m tools.compatibility` writes docs/compatibility.md from them: what is said here is what
people read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Document = Literal["AutoReach", "OutreachPilot", "Outboundrix"]

TestT = TypeVar("TestT", bound=Callable[..., Any])
_ATTRIBUTE = "statements"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a document says in a section, as it says it. `settled` is what it leaves open there, and
    how that was settled."""

    document: Document
    section: str
    text: str
    settled: str = ""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """What a document says about web pages, its company or its reader, and not about the API;
    `reason` says what is there instead."""

    document: Document
    section: str
    text: str
    reason: str


def statement(
    document: Document, section: str, text: str, *, settled: str = ""
) -> Callable[[TestT], TestT]:
    """Mark a test as the case of a statement (decorator). A test may have several."""

    def mark(test: TestT) -> TestT:
        own = Statement(document, section, text, settled)
        setattr(test, _ATTRIBUTE, [own, *statements_of(test)])
        return test

    return mark


def statements_of(test: Any) -> list[Statement]:
    """Return the statements that a test carries out, as they stand above it."""
    found: list[Statement] = getattr(test, _ATTRIBUTE, [])
    return found
