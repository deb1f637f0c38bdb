"""What the emulator's process says of itself to who stops it: one small file."""

import json
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Said:
    """A state, a word on it, and when (epoch seconds).

    `running`, `stopping` and `saving` say what goes on; `saved`, `stopped` and `failed` how what
    was asked for ended.
    """

    state: str
    detail: str
    at: float


_ENDS = ("saved", "stopped", "failed")


@dataclass(slots=True)
class Status:
    """Written by the emulator's process, whole each time; read by any other."""

    file: Path
    _last: tuple[str, str] | None = None

    def write(self, state: str, detail: str = "") -> None:
        """Say something new, or once more how what was asked for ended."""
        if self._last != (state, detail) or state in _ENDS:
            self._last = (state, detail)
            draft = self.file.with_suffix(".draft")
            draft.write_text(json.dumps({"state": state, "detail": detail, "at": time.time()}))
            draft.replace(self.file)

    def read(self) -> Said:
        """What was said last; nothing, with the time 0, when nothing was."""
        try:
            return Said(**json.loads(self.file.read_text()))
        except FileNotFoundError:
            return Said("", "", 0.0)
