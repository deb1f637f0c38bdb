"""How xdist hands out the tests: file by file, the slow files first.

xdist's own `loadgroup` hands out each test by itself, and counts at each what it has handed out so
far: with 18,000 tests that takes a quarter of a minute.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from xdist.scheduler import LoadGroupScheduling

_TESTS = Path(__file__).parent
_FIRST = (
    "e2e",
    "webhooks/test_simulation.py",
    "fuzz",
    "clients",
    "engine",
    "browser",
    "attacks",
    "integration",
)
"""Folders and files of tests that take so long that no worker may begin with them at the end."""


class ByFile(LoadGroupScheduling):  # type: ignore[misc]
    """Gives a worker the tests of one file at once, or of one `xdist_group`."""

    def _split_scope(self, nodeid: str) -> str:
        return str(super()._split_scope(nodeid)).partition("::")[0]


def slow_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests in the order in which workers shall begin with them."""
    return sorted(items, key=_place)


def _place(item: pytest.Item) -> int:
    path = item.path.relative_to(_TESTS)
    parts = {path.as_posix(), path.parts[0]}
    return next((place for place, each in enumerate(_FIRST) if each in parts), len(_FIRST))
