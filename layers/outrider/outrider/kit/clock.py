"""Clock: the only source of time. Instants are UTC; as text they are RFC 3339 with milliseconds,
which sorts by time."""

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
    """Return the instant as text, for example `2026-05-17T09:20:00.000Z` (RFC 3339, UTC,
    milliseconds)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Parse an RFC 3339 date-time.

    Raises ValueError if the text is not a date-time or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time zone such as Z is missing")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the time is outside of the years 1 to 9999") from error


def sleep(seconds: float) -> None:
    """Wait for `seconds`; a frozen clock is advanced instead, without waiting."""
    global _frozen  # noqa: PLW0603 - one process has one clock
    if _frozen is None:
        time.sleep(seconds)
    else:
        _frozen += timedelta(seconds=seconds)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Freeze the clock at `moment` (for tests and the test clock of the sandbox)."""
    global _frozen  # noqa: PLW0603 - one process has one clock
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
