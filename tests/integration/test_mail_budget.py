"""What a delivered mail costs. `python -m bench.engine` says where each unit goes."""

from bench import contention, delivered
from tests.harness.cloud import Cloud

WRITE_UNITS = 32.0
READ_UNITS = 24.0
REQUESTS = 4.4
TRANSITIONS = 0.3


class TestDelivery:
    def test_keeps_its_budget(self, cloud: Cloud) -> None:
        mail = delivered.measure(cloud, 12)

        assert mail.write_units <= WRITE_UNITS
        assert mail.read_units <= READ_UNITS
        assert mail.total("requests") <= REQUESTS
        assert mail.total("transitions") <= TRANSITIONS


class TestWorkersAtOneMailbox:
    def test_seldom_meet(self, cloud: Cloud) -> None:
        sending = contention.measure(cloud, 60)["steps"]

        assert sum(sending.refused.values()) <= 0.05 * sum(sending.attempts.values())
