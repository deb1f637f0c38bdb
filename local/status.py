"""Status file of the emulator's process, read by the commands that save or stop it."""

import json
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Report:
    """Status: a state, a detail, and the time (epoch seconds).

    `running`, `stopping` and `saving` describe ongoing work; `saved`, `stopped` and `failed` the
    outcome of a request.
    """

    state: str
    detail: str
    at: float


_ENDS = ("saved", "stopped", "failed")


@dataclass(slots=True)
class Status:
    """Status file. The emulator's process replaces it atomically; other processes read it."""

    file: Path
    _last: tuple[str, str] | None = None

    def write(self, state: str, detail: str = "") -> None:
        """Write a status unless it is the last one again; an outcome is always written."""
        if self._last != (state, detail) or state in _ENDS:
            self._last = (state, detail)
            draft = self.file.with_suffix(".draft")
            draft.write_text(json.dumps({"state": state, "detail": detail, "at": time.time()}))
            draft.replace(self.file)

    def read(self) -> Report:
        """Return the last status, or an empty one with time 0 if there is none."""
        try:
            return Report(**json.loads(self.file.read_text()))
        except FileNotFoundError:
            return Report("", "", 0.0)
