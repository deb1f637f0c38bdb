"""Fixtures of the harness; tests/conftest.py hands them to every test."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest

from outrider.imports import pace
from tests.harness.api import Api
from tests.harness.clock import Clock
from tests.harness.cloud import Cloud, built
from tests.harness.mail import Mail

__all__ = ["api", "built_cloud", "clock", "cloud", "drain", "mails", "transport"]


@pytest.fixture(scope="session")
def built_cloud() -> Iterator[Cloud]:
    with built() as cloud:
        yield cloud


@pytest.fixture
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport to DynamoDB of a test that is marked `both_transports`."""
    if name := getattr(request, "param", ""):
        monkeypatch.setenv("OUTRIDER_DYNAMODB", name)


@pytest.fixture
def cloud(built_cloud: Cloud, transport: None) -> Iterator[Cloud]:
    built_cloud.begin()
    with patch.object(pace, "LONGEST_WAIT", 0):  # no relay runs beside a function
        yield built_cloud
    built_cloud.end()


@pytest.fixture
def api(cloud: Cloud) -> Api:
    return cloud.api


@pytest.fixture
def clock(cloud: Cloud) -> Clock:
    return cloud.clock


@pytest.fixture
def drain(cloud: Cloud) -> Callable[..., None]:
    return cloud.drain


@pytest.fixture
def mails(cloud: Cloud) -> Callable[[], list[Mail]]:
    return cloud.mails
