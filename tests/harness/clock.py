"""The test's time: it stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from outrider.kit import clock

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Holds `kit.clock`. Instants are UTC."""

    def __init__(self, moment: datetime = MONDAY_MORNING) -> None:
        self._held = clock.frozen(moment)
        self._held.__enter__()

    @property
    def now(self) -> datetime:
        return clock.now()

    @property
    def ms(self) -> int:
        return clock.epoch_ms()

    def set(self, moment: datetime) -> None:
        self.release()
        self._held = clock.frozen(moment)
        self._held.__enter__()

    def set_ms(self, epoch_ms: int) -> None:
        self.set(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=epoch_ms))

    def advance(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        ms: int = 0,
    ) -> None:
        self.set(
            self.now
            + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=ms)
        )

    def release(self) -> None:
        self._held.__exit__(None, None, None)
