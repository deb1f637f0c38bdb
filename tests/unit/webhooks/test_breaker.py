from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.kit.clock import to_text
from outrider.webhooks.endpoints import breaker
from outrider.webhooks.models import EndpointState

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
gates = st.builds(
    EndpointState,
    failures=st.integers(0, 3_000),
    last_failure_at=st.just(to_text(NOW)),
    not_before=st.none()
    | st.integers(-90_000, 90_000).map(lambda s: to_text(NOW + timedelta(seconds=s))),
)


class TestVerdict:
    @pytest.mark.parametrize(("failures", "verdict"), [(0, "closed"), (4, "closed"), (5, "open")])
    def test_opens_after_five_failures_in_a_row(self, failures: int, verdict: str) -> None:
        assert breaker.verdict(EndpointState(failures=failures), NOW) == verdict

    @given(gates)
    def test_lets_nothing_go_before_the_endpoint_wants_it(self, gate: EndpointState) -> None:
        held = gate.not_before is not None and gate.not_before > to_text(NOW)

        assert (breaker.verdict(gate, NOW) == "closed") == (gate.failures < 5 and not held)


class TestProbeAt:
    @given(gates, st.text(min_size=1))
    def test_comes_between_one_and_fifteen_minutes_after_the_last_failure(
        self, gate: EndpointState, webhook_id: str
    ) -> None:
        at = breaker.probe_at(gate.model_copy(update={"not_before": None}), webhook_id)

        assert (at is None) == (gate.failures < 5)
        assert at is None or MINUTE <= at - NOW <= 15 * MINUTE

    @given(gates, st.text(min_size=1))
    def test_is_never_before_the_endpoint_wants_it(
        self, gate: EndpointState, webhook_id: str
    ) -> None:
        at = breaker.probe_at(gate, webhook_id)

        assert at is None or gate.not_before is None or to_text(at) >= gate.not_before

    def test_takes_twice_as_long_each_time(self) -> None:
        waits = [
            (at - NOW) / MINUTE
            for failures in range(5, 11)
            if (
                at := breaker.probe_at(
                    EndpointState(failures=failures, last_failure_at=to_text(NOW)), "w"
                )
            )
        ]

        planned = [1, 2, 4, 8, 8, 8]
        assert all(
            0.8 * plan <= wait <= 1.2 * plan for plan, wait in zip(planned, waits, strict=True)
        )


class TestGivesUp:
    @pytest.mark.parametrize(("days", "gives_up"), [(4.99, False), (5, True), (9, True)])
    def test_after_five_days(self, days: float, gives_up: bool) -> None:
        gate = EndpointState(failures=9, failing_since=to_text(NOW - timedelta(days=days)))

        assert breaker.gives_up(gate, NOW) is gives_up

    def test_never_while_it_takes_something(self) -> None:
        assert not breaker.gives_up(EndpointState(), NOW)
