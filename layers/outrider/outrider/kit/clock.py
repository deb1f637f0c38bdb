"""The only source of time. Instants are UTC; text is RFC 3339 with milliseconds, so it sorts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_frozen: datetime | None = None


def now() -> datetime:
    return _frozen or datetime.now(UTC)


def epoch_ms() -> int:
    return to_epoch_ms(now())


def from_epoch_ms(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def timestamp() -> str:
    return to_text(now())


def to_epoch_ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def to_text(moment: datetime) -> str:
    """`2026-05-17T09:20:00.000Z` (RFC 3339, UTC, milliseconds)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The instant an RFC 3339 text names.

    Raises ValueError when the text is not a date-time or names no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time zone such as Z is missing")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time is outside of the years 1 to 9999") from error


def sleep(seconds: float) -> None:
    """Wait. A clock that is held goes on by as much instead, and nobody waits."""
    global _frozen  # noqa: PLW0603 - one process has one clock
    if _frozen is None:
        time.sleep(seconds)
    else:
        _frozen += timedelta(seconds=seconds)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (tests and the sandbox's test clock)."""
    global _frozen  # noqa: PLW0603 - one process has one clock
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
