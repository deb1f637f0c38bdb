"""The fixtures of the harness and of the local stack, for tests of every kind (see
tests/harness/__init__.py), how workers share the tests, and how Hypothesis searches: without a
stopwatch, and in CI the same examples every time."""

import gc
import json
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings

from tests import distribution
from tests.e2e.fixtures import stack
from tests.harness.fixtures import api, built_cloud, clock, cloud, drain, mails, transport
from tests.harness.network import models_on_this_machine, no_names
from tests.harness.permissions import SEEN

__all__ = ["api", "built_cloud", "clock", "cloud", "drain", "mails", "stack", "transport"]

_OBJECTS_BETWEEN_COLLECTIONS = (50_000, 20, 20)

settings.register_profile("outrider", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("outrider")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("both_transports"):
        metafunc.parametrize("transport", ["http", "boto3"], indirect=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: the one with the end-to-end tests mostly waits."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> distribution.ByFile:
    return distribution.ByFile(config, log)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that need the local stack in one worker, so that one stack serves them all."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("e2e"))
    if hasattr(config, "workerinput"):
        items[:] = distribution.slow_first(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what lives until the end, modules and collected tests, and have
    it look at the rest less often."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*_OBJECTS_BETWEEN_COLLECTIONS)
        gc.enable()


def pytest_sessionfinish() -> None:
    """Write the permissions that functions used, for `python -m tools.permissions`."""
    if folder := os.environ.get("OUTRIDER_PERMISSIONS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{uuid4().hex}.json").write_text(json.dumps(sorted(SEEN)))


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine() -> Iterator[None]:
    with no_names(), models_on_this_machine():
        yield
