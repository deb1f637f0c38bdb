"""When a message that was not taken is sent again."""

from datetime import timedelta

import pytest

from outrider.messages.sending.retry_schedule import retry
from outrider.messages.transports.verdicts import Scope


class TestRetry:
    @pytest.mark.parametrize(
        ("attempts", "seconds"), [(0, 60), (1, 300), (4, 10_800), (99, 10_800)]
    )
    def test_a_recipient_is_left_alone_for_longer_each_time(
        self, attempts: int, seconds: int
    ) -> None:
        found = retry("later", attempts)

        assert (found.after, found.counts) == (timedelta(seconds=seconds), True)

    @pytest.mark.parametrize("scope", ["rate", "sender", "account", "login", "connection", "probe"])
    def test_what_is_not_about_the_message_counts_as_no_attempt(self, scope: Scope) -> None:
        first, last = retry(scope, 9, lambda: 0.0), retry(scope, 9, lambda: 1.0)

        assert (first.after, last.after) == (timedelta(seconds=30), timedelta(seconds=90))
        assert not first.counts
