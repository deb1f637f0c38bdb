"""Handlers of workflows among what AWS does and moto does not: a service without capacity at any
call, other transactions on the same items, replicas of tables seconds behind."""

from collections.abc import Iterator
from contextlib import nullcontext
from unittest.mock import patch

import pytest

from tests.engine.sweep import Scenario, disturb
from tests.engine.test_disturbances import BEHIND, LONG
from tests.engine.workflow_scenarios import scenarios
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud

SOME = {"research_of_nothing", "qualify", "draft", "enrollment", "round", "round_last", "run"}
"""One of each kind of handler; `-m slow` has all that ask no website."""
ALL = [each for each in scenarios("") if each.name not in ("research", "no_credits")]


@pytest.fixture(autouse=True)
def no_waiting(clock: Clock) -> Iterator[None]:
    """What would wait moves the test's clock instead."""
    with patch("time.sleep", lambda seconds: clock.advance(seconds=seconds)):
        yield


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(each, id=each.name, marks=() if each.name in SOME else pytest.mark.slow)
        for each in ALL
    ],
)
class TestScenarios:
    def test_outlive_throttling_at_any_call(self, cloud: Cloud, scenario: Scenario) -> None:
        assert disturb(cloud, scenario, lambda at: cloud.wire.throttle_at(at, attempts=LONG))

    def test_outlive_other_transactions(self, cloud: Cloud, scenario: Scenario) -> None:
        assert disturb(cloud, scenario, lambda at: cloud.wire.conflict(at=at, times=LONG))

    def test_outlive_replicas_that_are_behind(self, cloud: Cloud, scenario: Scenario) -> None:
        """They know nothing of what the scenario was built from, and learn it seconds later."""
        with cloud.replicas.behind(BEHIND):
            assert disturb(cloud, scenario, lambda _: nullcontext())
