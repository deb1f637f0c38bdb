"""Sweeps over independent things, of which one that fails stops no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from outrider.kit.observability.logs import logger

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep, and its failures. `message` is logged with each of them."""

    message: str
    failures: list[Exception] = field(default_factory=list)

    def over(
        self,
        found: Iterable[T],
        work: Callable[[T], bool | None],
        keys: Callable[[T], dict[str, Any]],
    ) -> int:
        """Call `work` for each thing, and return for how many it neither failed nor returned False.
        `keys` returns the keys of the log line about a thing."""
        count = 0
        for each in found:
            try:
                done = work(each)
            except Exception as failure:  # whatever fails, the others are swept; `end` raises it
                logger().exception(self.message, **keys(each))
                self.failures.append(failure)
            else:
                count += done is not False
        return count

    def end(self, what: str) -> None:
        """Raise ExceptionGroup if something failed: its message is the number and `what`."""
        if self.failures:
            raise ExceptionGroup(f"{len(self.failures)} {what}", self.failures)
