"""Where the local stack keeps what it makes: `.outrider/`, or the folder OUTRIDER_HOME names."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import LocalStackError

REPOSITORY = Path(__file__).resolve().parent.parent
TOOLS = REPOSITORY / ".outrider" / "tools"


@dataclass(frozen=True, slots=True)
class Home:
    """Paths of one local stack; two stacks with two homes do not touch each other."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        return cls(Path(os.environ.get("OUTRIDER_HOME") or REPOSITORY / ".outrider").resolve())

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def build_cache(self) -> Path:
        return self.root / "build-cache"

    @property
    def state(self) -> Path:
        """What the emulator remembers between two runs: its saved states."""
        return self.root / "state"

    @property
    def status(self) -> Path:
        """What the emulator's process says of itself."""
        return self.root / "emulator.json"

    @property
    def scratch(self) -> Path:
        """The emulator's TMPDIR; emptied at every start."""
        return self.root / "tmp"

    @property
    def local_json(self) -> Path:
        return self.root / "local.json"

    @property
    def deployment(self) -> Path:
        """What was deployed last: content hash, API id and ports."""
        return self.root / "deployment.json"

    def log(self, name: str) -> Path:
        return self.root / "logs" / f"{name}.log"

    def pid(self, name: str) -> Path:
        return self.root / f"{name}.pid"

    def make(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "logs").mkdir(exist_ok=True)


def gateway_port() -> int:
    """The port the API answers on: OUTRIDER_PORT, or 8080."""
    text = os.environ.get("OUTRIDER_PORT") or "8080"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise LocalStackError(f"OUTRIDER_PORT must be a port number, not {text!r}")
    return int(text)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty when there is no such file or it is not whole."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file only its owner can read, whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(json.dumps(content, indent=2) + "\n")
    draft.replace(path)
