"""One world for the attacks of a file: hardly one of them changes it."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from outrider.research import wiring
from tests.attacks.world import World
from tests.harness.cloud import Cloud


@pytest.fixture(scope="module")
def world(built_cloud: Cloud) -> Iterator[World]:
    built_cloud.begin()
    with built_cloud.environment(STAGE="local"):
        world = World.built(built_cloud.api, built_cloud)
        with patch.object(wiring, "_looker", lambda: world):
            yield world
    built_cloud.end()
