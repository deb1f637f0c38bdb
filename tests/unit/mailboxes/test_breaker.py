"""The circuit breaker of a mailbox opens, probes and closes."""

from datetime import UTC, datetime, timedelta

import pytest

from outrider.kit import clock
from outrider.mailboxes.health.breaker import PROBE, Breaker, Reason, after_check, after_failure

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def failed(times: int, reason: Reason = "unreachable") -> Breaker:
    breaker = None
    for _ in range(times):
        breaker = after_failure(breaker, reason, "said", NOW, probe=False)
    assert breaker is not None
    return breaker


def minutes_until_retry(breaker: Breaker, now: datetime = NOW) -> float:
    assert breaker.retry_at is not None
    return (clock.from_text(breaker.retry_at) - now).total_seconds() / 60


class TestOpening:
    @pytest.mark.parametrize(
        ("reason", "failures", "minutes"),
        [
            ("identity", 1, 15),
            ("account_refused", 1, 15),
            ("login_refused", 1, 60),
            ("unreachable", 3, 1),
            ("content_refused", 3, 30),
        ],
    )
    def test_after_so_many_in_a_row(self, reason: Reason, failures: int, minutes: int) -> None:
        breaker = failed(failures, reason)

        assert minutes_until_retry(breaker) == minutes
        assert failures == 1 or not failed(failures - 1, reason).is_open

    def test_another_reason_counts_anew(self) -> None:
        breaker = after_failure(failed(2), "content_refused", "spam", NOW, probe=False)

        assert (breaker.reason, breaker.failures, breaker.is_open) == ("content_refused", 1, False)

    def test_a_check_opens_at_once(self) -> None:
        breaker = after_check(None, "unreachable", "no connection", NOW)

        assert breaker.is_open
        assert after_check(breaker, "identity", "", NOW).retry_at == breaker.retry_at


class TestOpen:
    def test_what_was_on_its_way_changes_nothing(self) -> None:
        breaker = failed(3)

        assert after_failure(breaker, "identity", "late", NOW, probe=False) == breaker

    def test_a_probe_that_fails_waits_twice_as_long_up_to_a_limit(self) -> None:
        breaker, waits = failed(3), []
        for _ in range(9):
            breaker = after_failure(breaker, "unreachable", "still", NOW, probe=True)
            waits.append(minutes_until_retry(breaker))

        assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]

    def test_is_half_open_for_one_mail_at_a_time(self) -> None:
        breaker = failed(3)
        then = NOW + timedelta(minutes=1)

        assert not breaker.is_half_open(NOW)
        assert breaker.is_half_open(then)
        assert not breaker.probing(then).is_half_open(then + PROBE / 2)
        assert breaker.probing(then).is_half_open(then + PROBE)

    def test_tries_again_at_once_when_asked_to(self) -> None:
        assert failed(3).retrying(NOW).is_half_open(NOW)
