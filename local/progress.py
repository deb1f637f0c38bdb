"""Progress of stages, shown on the terminal."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_REMINDER_SECONDS = 20.0

Tell = Callable[[str], None]
"""Reports the progress of a stage."""


@contextmanager
def stage(name: str) -> Iterator[Tell]:
    """Announce a stage, count its seconds while it runs, and print how long it took.

    The text last reported through the yielded function is shown with the seconds.
    """
    started = time.monotonic()
    finished = threading.Event()
    reports: list[str] = []
    ticker = threading.Thread(target=_tick, args=(name, started, finished, reports), daemon=True)
    ticker.start()
    outcome = "failed after "
    try:
        yield reports.append
        outcome = ""
    finally:
        finished.set()
        ticker.join()
        say(f"  {name} … {outcome}{time.monotonic() - started:.1f} s")


def _tick(name: str, started: float, finished: threading.Event, reports: list[str]) -> None:
    live = sys.stdout.isatty()
    pause = 1.0 if live else _REMINDER_SECONDS
    while not finished.wait(pause):
        progress = f", {reports[-1]}" if reports and reports[-1] else ""
        say(f"  {name} … {time.monotonic() - started:.0f} s{progress}", end="" if live else "\n")


def say(text: str, end: str = "\n") -> None:
    """Print a line over the running count of seconds. A closed output is ignored."""
    start = "\r\033[K" if sys.stdout.isatty() else ""
    with suppress(BrokenPipeError):
        print(f"{start}{text}", end=end, flush=True)
