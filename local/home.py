"""Folder for all files of a local stack: `.outrider/`, or the value of OUTRIDER_HOME."""

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
    """Paths of one local stack; stacks with different homes are independent."""

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
        """Snapshots of the emulator, kept between runs."""
        return self.root / "state"

    @property
    def status(self) -> Path:
        """Status file of the emulator's process."""
        return self.root / "emulator.json"

    @property
    def scratch(self) -> Path:
        """TMPDIR of the emulator; emptied at every start."""
        return self.root / "tmp"

    @property
    def local_json(self) -> Path:
        return self.root / "local.json"

    @property
    def deployment(self) -> Path:
        """Record of the last deployment: fingerprint, API id and ports."""
        return self.root / "deployment.json"

    def log(self, name: str) -> Path:
        return self.root / "logs" / f"{name}.log"

    def pid(self, name: str) -> Path:
        return self.root / f"{name}.pid"

    def make(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "logs").mkdir(exist_ok=True)


def gateway_port() -> int:
    """Return the port of the API: OUTRIDER_PORT, or 8080. Raises LocalStackError if it is no port
    number."""
    text = os.environ.get("OUTRIDER_PORT") or "8080"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise LocalStackError(f"OUTRIDER_PORT must be a port number, not {text!r}")
    return int(text)


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file, or an empty one if the file is missing or incomplete."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a file atomically, readable only by its owner."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(json.dumps(content, indent=2) + "\n")
    draft.replace(path)
