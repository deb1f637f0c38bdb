"""Cases run over HTTP on the local stack, the same one as tests/e2e; with OUTRIDER_CONTRACT=harness
in this process, which needs no stack."""

import os
from collections.abc import Iterator

import pytest

from tests.contract.deployed import DeployedApi, DeployedClock, DeployedCloud, deployed_cloud
from tests.e2e.running import LocalStack

if os.environ.get("OUTRIDER_CONTRACT") != "harness":

    @pytest.fixture
    def cloud(stack: LocalStack) -> Iterator[DeployedCloud]:
        with deployed_cloud(stack) as cloud:
            yield cloud

    @pytest.fixture
    def api(cloud: DeployedCloud) -> DeployedApi:
        return cloud.api

    @pytest.fixture
    def clock(cloud: DeployedCloud) -> DeployedClock:
        return cloud.clock
