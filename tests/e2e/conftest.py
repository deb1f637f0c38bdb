"""Every end-to-end test shares one real stack, on free ports and with a home of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running import LocalStack, free_port

_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one xdist worker, so that one stack serves them all."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.xdist_group("e2e"))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """template.yaml, built, deployed on the emulator with IAM enforced, seeded and served."""
    stack = LocalStack(tmp_path_factory.mktemp("outrider"), free_port())
    stack.up()
    try:
        yield stack
    finally:
        stack.down()
