"""Timing of repeated calls for the tables."""

import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any


def timed(calls: Iterable[Callable[[], Any]]) -> list[float]:
    """Return the milliseconds of each call, made one after another."""
    taken = []
    for call in calls:
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1_000)
    return taken


def p50_p95(milliseconds: list[float]) -> list[str]:
    cuts = statistics.quantiles(milliseconds, n=20, method="inclusive")
    return [f"{cuts[9]:.1f}", f"{cuts[18]:.1f}"]
