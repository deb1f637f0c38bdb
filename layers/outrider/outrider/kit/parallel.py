"""Parallel execution in a small pool of threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = 8

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """Call `work` for each element, at most AT_ONCE at a time, and return the results in order. An
    exception of `work` is raised after all started calls have ended."""
    if len(things) == 1:
        return [work(things[0])]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, things))


def chunks(work: Callable[[Sequence[T]], R], things: Sequence[T], size: int) -> list[R]:
    """Call `work` in parallel for chunks of up to `size` elements."""
    return each(work, [things[start : start + size] for start in range(0, len(things), size)])
