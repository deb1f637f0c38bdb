"""Every handler of workflows dies behind each of its AWS calls, and behind each pair of calls of
two deliveries, and gets the same again: no lead is charged or goes through a stage twice, none is
lost, counts equal a recount, and every event about a run is told once."""

from collections.abc import Iterator

import pytest

from tests.engine.sweep import Scenario, sweep
from tests.engine.workflow_scenarios import scenarios
from tests.harness.cloud import Cloud
from tests.websites import page, website


@pytest.fixture(scope="module")
def by_name() -> Iterator[dict[str, Scenario]]:
    with website({"/": page("<title>Acme</title>")}) as site:
        yield {scenario.name: scenario for scenario in scenarios(site.url)}


@pytest.mark.parametrize("name", [scenario.name for scenario in scenarios("")])
def test_nothing_is_lost_or_done_twice(
    cloud: Cloud, by_name: dict[str, Scenario], name: str
) -> None:
    with cloud.environment(STAGE="local"):
        assert sweep(cloud, by_name[name]) > 1
