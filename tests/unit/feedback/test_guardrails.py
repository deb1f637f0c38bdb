"""When too much comes back."""

import pytest

from outrider.feedback.guardrails import tripped_by
from outrider.mailboxes.health import Counts


@pytest.mark.parametrize(
    ("counts", "tripped"),
    [
        (Counts(sent=99, bounced=99, complained=99), None),
        (Counts(sent=100, bounced=3), None),
        (Counts(sent=100, bounced=4), "bounces"),
        (Counts(sent=101, bounced=4), None),
        (Counts(sent=100, complained=1), "complaints"),
        (Counts(sent=1_250, complained=1), "complaints"),
        (Counts(sent=1_251, complained=1), None),
        (Counts(sent=100, bounced=4, complained=1), "bounces"),
    ],
)
def test_trips_at_the_rate_from_enough_mails_on(counts: Counts, tripped: str | None) -> None:
    assert tripped_by(counts) == tripped
