"""What an example call of a route is, and what it may cost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.harness.api import Api, Mode


@dataclass(frozen=True, slots=True)
class Example:
    """`calls` is the call's budget: DynamoDB calls, the meter's one included.

    `make` creates what the path names and gives its id; for a list it creates one more entry.
    `name` creates what the body names, and gives such a body.
    """

    calls: int
    body: Any = None
    make: Callable[[Api], str] | None = None
    name: Callable[[Api], Any] | None = None
    query: Callable[[Api], dict[str, str]] | None = None
    """Creates what the query names, and gives its parameters."""
    mode: Mode = "live"
    """Mode of the key that makes the call."""
    keeps_unknown: bool = False
    """Whether fields of other names are taken, and kept."""
    by_worker: bool = False
    """A list that only a worker fills: it has tests of its own."""
    shared: bool = False
    """Whether the path names one of a few names that are the same for every workspace."""
