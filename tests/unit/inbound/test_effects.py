"""Which answer a message counts by."""

import pytest

from outrider.inbound.replies.effects import supersedes
from outrider.messages.models import Classification


def found(text: str) -> Classification | None:
    """`interested` by a rule, `interested!` by a person."""
    if not text:
        return None
    source = "human" if text.endswith("!") else "rule"
    return Classification.model_validate(
        {"value": text.removesuffix("!"), "source": source, "confidence": 0.9}
    )


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("", "unclassified", True),
        ("auto_reply", "unclassified", True),
        ("out_of_office", "interested", True),
        ("interested", "not_interested", True),
        ("interested", "unclassified", False),
        ("interested", "out_of_office", False),
        ("interested!", "not_interested", False),
        ("interested!", "auto_reply!", True),
        ("interested", "unclassified!", True),
    ],
)
def test_takes_the_latest_that_says_something(old: str, new: str, counts: bool) -> None:
    after = found(new)
    assert after
    assert supersedes(after, found(old)) is counts
