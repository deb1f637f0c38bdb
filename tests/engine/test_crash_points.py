"""Every handler of the engine dies behind each of its AWS calls, and behind each pair of calls of
two deliveries, and gets the same again: one mail for a step at most, exactly one where no outcome
was lost, counts that equal a recount, and every event told once."""

import pytest

from tests.engine.crash_scenarios import SCENARIOS
from tests.engine.sweep import Scenario, sweep
from tests.harness.cloud import Cloud


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_is_lost_or_done_twice(cloud: Cloud, scenario: Scenario) -> None:
    assert sweep(cloud, scenario) > 1
