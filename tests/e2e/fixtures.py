"""The local stack that all end-to-end tests share; tests/conftest.py hands it to them."""

from collections.abc import Iterator

import pytest

from tests.e2e.running import LocalStack, free_port

__all__ = ["stack"]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """template.yaml, built, deployed on the emulator with IAM enforced, seeded and served, on free
    ports and with a home of its own."""
    stack = LocalStack(tmp_path_factory.mktemp("outrider"), free_port())
    stack.up()
    try:
        yield stack
    finally:
        stack.down()
