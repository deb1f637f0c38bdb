"""The engine and workflows among what AWS does and moto does not: a service without capacity at any
call, other transactions on the same items, streams that repeat and know no order, indexes minutes
and replicas of tables seconds behind."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import Phase

from tests.engine.crash_scenarios import SCENARIOS
from tests.engine.sweep import Scenario, disturb
from tests.engine.test_state_machine import run_engine
from tests.engine.workflow_scenarios import scenarios
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud

LONG = 12
"""Attempts: more than anybody makes at once."""
BEHIND = 5
"""Seconds by which each replica is behind."""
SOME = {
    *("step", "step_sms", "step_task", "round_last", "launch", "audience", "trigger", "delivered"),
    *("hard_bounce", "complaint", "reply_stop", "lost_outcome", "unsubscribe", "task_done"),
}
SOME_OF_WORKFLOWS = {
    *("research_of_nothing", "qualify", "draft", "enrollment", "round", "round_last", "run"),
}
"""One of each kind of handler and outcome; `-m slow` has all that ask no website."""
OF_WORKFLOWS = [each for each in scenarios("") if each.name not in ("research", "no_credits")]


@pytest.fixture(autouse=True)
def no_waiting(clock: Clock) -> Iterator[None]:
    """What would wait moves the test's clock instead."""
    with patch("time.sleep", lambda seconds: clock.advance(seconds=seconds)):
        yield


def _params(found: Iterable[Scenario], some: set[str], prefix: str = "") -> list[Any]:
    return [
        pytest.param(
            each,
            id=prefix + each.name,
            marks=() if each.name in some else pytest.mark.slow,
        )
        for each in found
    ]


@pytest.mark.parametrize(
    "scenario",
    [
        *_params(SCENARIOS, SOME),
        *_params(OF_WORKFLOWS, SOME_OF_WORKFLOWS, "workflow_"),
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


def test_streams_may_repeat_and_indexes_be_minutes_behind(cloud: Cloud) -> None:
    _run(cloud, 5, 15)


@pytest.mark.slow
def test_they_may_for_long(cloud: Cloud) -> None:
    _run(cloud, 100, 40)


def _run(cloud: Cloud, examples: int, steps: int) -> None:
    cloud.streams.split()
    cloud.streams.repeat()
    with cloud.indexes.behind(minutes=3), cloud.replicas.behind(BEHIND):
        run_engine(cloud, examples, steps, Phase.generate)
