"""Work on many things, several at a time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

AT_ONCE = 8

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """What `work` gives for each, in their order. What it raises is raised here, once all that has
    begun is done."""
    if len(things) == 1:
        return [work(things[0])]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, things))


def chunks(work: Callable[[Sequence[T]], R], things: Sequence[T], size: int) -> list[R]:
    """`each` for chunks of up to `size` things."""
    return each(work, [things[start : start + size] for start in range(0, len(things), size)])
