"""When too much comes back."""

import pytest
from pydantic import ValidationError

from outrider.mailboxes.health.guardrail import Guardrail


class TestTrippedBy:
    @pytest.mark.parametrize(
        ("sent", "bounced", "complained", "tripped"),
        [
            (99, 99, 99, None),
            (100, 4, 0, None),
            (100, 5, 0, "bounces"),
            (125, 5, 0, "bounces"),
            (126, 5, 0, None),
            (554, 0, 1, None),
            (1_250, 0, 2, None),
            (1_250, 0, 3, "complaints"),
            (3_750, 0, 3, "complaints"),
            (3_751, 0, 3, None),
            (100, 5, 3, "bounces"),
        ],
    )
    def test_needs_a_rate_and_a_count(
        self, sent: int, bounced: int, complained: int, tripped: str | None
    ) -> None:
        assert Guardrail().tripped_by(sent, bounced, complained) == tripped

    def test_as_it_was_set(self) -> None:
        strict = Guardrail(min_sent=20, bounce_rate=0.01, min_bounces=1)

        assert strict.tripped_by(20, 1, 0) == "bounces"

    @pytest.mark.parametrize("given", [{"bounce_rate": 0}, {"min_sent": 1}, {"complaints": 3}])
    def test_refuses_what_no_guardrail_should_be(self, given: dict[str, float]) -> None:
        with pytest.raises(ValidationError):
            Guardrail.model_validate(given)
