"""One world for the attacks of a file: hardly one of them changes it."""

from collections.abc import Iterator

import pytest

from tests.attacks.world import World
from tests.harness.cloud import Cloud


@pytest.fixture(scope="module")
def world(built_cloud: Cloud) -> Iterator[World]:
    built_cloud.begin()
    with built_cloud.environment(STAGE="local"):
        yield World.built(built_cloud.api, built_cloud)
    built_cloud.end()
