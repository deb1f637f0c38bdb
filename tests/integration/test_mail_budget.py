"""What a delivered mail takes. `python -m bench.engine` says where each unit goes."""

from collections.abc import Iterator

import pytest

from bench import contention, delivered
from tests.harness.cloud import Cloud

CONTACTS = 8
WRITE_UNITS = 20.0
READ_UNITS = 14.0
QUEUE_REQUESTS = 3.5
TRANSITIONS = 0.01
REFUSED = 0.05


@pytest.fixture
def between(cloud: Cloud) -> Iterator[Cloud]:
    """The cloud between two tests, as a benchmark finds it: that begins and ends by itself."""
    cloud.end()
    yield cloud
    cloud.begin()


class TestDeliveredMail:
    def test_keeps_its_budget(self, between: Cloud) -> None:
        mail = delivered.measure(between, CONTACTS)

        assert mail.write_units <= WRITE_UNITS
        assert mail.read_units <= READ_UNITS
        assert mail.total("requests") <= QUEUE_REQUESTS
        assert mail.total("transitions") <= TRANSITIONS


class TestTenWorkersAtOneMailbox:
    def test_are_seldom_refused_what_they_write(self, between: Cloud) -> None:
        for work in contention.measure(between, 60).values():
            assert work.refused.total() <= REFUSED * work.attempts.total()
