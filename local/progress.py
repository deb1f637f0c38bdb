"""Tell the person at the terminal which stage runs and for how long."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_REMINDER_SECONDS = 20.0

Tell = Callable[[str], None]
"""Says how far a stage has come."""


@contextmanager
def stage(name: str) -> Iterator[Tell]:
    """Announce a stage, count its seconds while it runs and say how long it took.

    What the stage tells of its progress is shown with the seconds.
    """
    started = time.monotonic()
    finished = threading.Event()
    told: list[str] = []
    ticker = threading.Thread(target=_tick, args=(name, started, finished, told), daemon=True)
    ticker.start()
    outcome = "failed after "
    try:
        yield told.append
        outcome = ""
    finally:
        finished.set()
        ticker.join()
        say(f"  {name} … {outcome}{time.monotonic() - started:.1f} s")


def _tick(name: str, started: float, finished: threading.Event, told: list[str]) -> None:
    live = sys.stdout.isatty()
    pause = 1.0 if live else _REMINDER_SECONDS
    while not finished.wait(pause):
        far = f", {told[-1]}" if told and told[-1] else ""
        say(f"  {name} … {time.monotonic() - started:.0f} s{far}", end="" if live else "\n")


def say(text: str, end: str = "\n") -> None:
    """Print, in place of a count of seconds; a reader who has gone away stops nothing."""
    start = "\r\033[K" if sys.stdout.isatty() else ""
    with suppress(BrokenPipeError):
        print(f"{start}{text}", end=end, flush=True)
