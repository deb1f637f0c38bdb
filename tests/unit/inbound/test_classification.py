"""What replies say: a table of them in `replies.yaml`."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from outrider.inbound.classification.rules import classify

RECEIVED = date(2026, 3, 2)
REPLIES = yaml.safe_load((Path(__file__).parent / "replies.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: f"{reply['is']}: {reply['text'][:40]}")
def test_classifies(reply: dict[str, Any]) -> None:
    found = classify(
        reply["text"],
        reply.get("subject", "Re: A question"),
        by_machine=reply.get("machine", False),
        declared=reply.get("declared", True),
        received=RECEIVED,
    )

    assert (found.value or "stop", found.back_on) == (reply["is"], reply.get("back"))


def test_is_less_sure_where_words_fit_several_classes() -> None:
    plain = classify("No thanks.", "", by_machine=False, received=RECEIVED)
    mixed = classify(
        "No thanks, it sounds great but we have no budget.",
        "",
        by_machine=False,
        received=RECEIVED,
    )

    assert plain.value == mixed.value == "not_interested"
    assert plain.confidence > mixed.confidence


def test_takes_long_and_repetitive_text_in_time() -> None:
    for text in ("how " * 50_000, "wie " * 50_000 + "?", "on " * 50_000, "contact " * 50_000):
        classify(text, text, by_machine=False, received=RECEIVED)
        classify(text, text, by_machine=True, received=RECEIVED)
