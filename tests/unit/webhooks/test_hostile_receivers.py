"""Whatever a receiver does, an attempt ends in time, in little memory, and with an outcome."""

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from outrider.kit.outbound.client import Outbound
from outrider.kit.outbound.exchanges import MAX_HEAD
from outrider.webhooks.deliveries import signing
from outrider.webhooks.deliveries.sender import WebhookSender
from outrider.webhooks.models import AttemptOutcome
from tests.hostile import ALL, Hostile, sending, silent
from tests.receivers import answering, receiver

KEY = signing.new_key()
END_WITHIN = 0.3
LATE = 5
"""Seconds beyond its deadline that an attempt may take on a busy machine. An attempt without a
deadline takes the ten that receivers stay."""
MEMORY = 2 * 1024 * 1024
"""Bytes that an attempt may hold, whatever the receiver sends; some send fifty times that."""


def attempt(url: str, payload: str = "{}", end_within: float = END_WITHIN) -> AttemptOutcome:
    sender = WebhookSender(Outbound(loopback=True, end_within=end_within))
    return sender.send(url, [KEY], "evt_1", payload)


@contextmanager
def bounded() -> Iterator[None]:
    tracemalloc.start()
    started = time.monotonic()
    try:
        yield
        took, (_, held) = time.monotonic() - started, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert took < END_WITHIN + LATE
    assert held < MEMORY


class TestAttempt:
    @pytest.mark.parametrize("hostile", ALL, ids=lambda hostile: hostile.name)
    def test_ends_in_time_and_in_little_memory(self, hostile: Hostile) -> None:
        # Only who is slow meets the deadline, however busy this machine is.
        end_within = END_WITHIN if hostile.comes_to == "timeout" else 5
        with receiver(hostile.script, reads=hostile.reads) as peer, bounded():
            outcome = attempt(peer.url, end_within=end_within)

        status = hostile.comes_to if isinstance(hostile.comes_to, int) else None
        assert outcome.status_code == status
        assert outcome.delivered is (status == 200)
        assert status or outcome.error == hostile.comes_to
        assert len(outcome.answer) <= 1_024
        assert peer.connections == 1

    def test_ends_when_a_large_payload_is_not_read(self) -> None:
        with receiver(silent, reads=False) as peer, bounded():
            outcome = attempt(peer.url, "x" * 200_000)

        assert outcome.error == "timeout"

    def test_hears_who_does_not_read_to_the_end(self) -> None:
        with receiver(answering("413 Too Large"), reads=False) as peer:
            outcome = attempt(peer.url, "x" * 8_000_000, end_within=5)

        assert outcome.status_code == 413

    def test_takes_a_head_as_long_as_it_may_be_apart_in_no_time(self) -> None:
        """Parameters take the parser the square of their length, which no deadline cuts."""
        head = 'HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; a="'
        with receiver(sending(head, ";" * (MAX_HEAD - 100), "\r\n\r\n")) as peer:
            started = time.thread_time()
            outcome = attempt(peer.url, end_within=5)

        assert outcome.delivered
        assert time.thread_time() - started < 1

    def test_has_the_time_that_it_may_take(self) -> None:
        """What is measured here with a short deadline holds for the product's."""
        product = Outbound()

        assert (product.connect_within, product.end_within) == (3, 15)
        assert product.look_up_within < product.end_within

    def test_writes_nothing_of_strangers_into_the_log(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = next(each for each in ALL if each.name == "a header without a colon")
        with receiver(broken.script) as peer:
            attempt(f"{peer.url}?token=secret")

        assert caplog.records == []
