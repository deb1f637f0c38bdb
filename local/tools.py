"""Tools of the local stack, the fuzzer and the client tests, each in a virtual environment of its
own.

SAM CLI, MiniStack, Schemathesis and openapi-python-client pin conflicting versions of boto3,
pydantic and others, so none can share the project's environment.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from local import commands, processes
from local.home import REPOSITORY, TOOLS, Home
from local.progress import stage

UV = REPOSITORY / ".venv" / "bin" / "uv"


@dataclass(frozen=True, slots=True)
class Tool:
    """A pinned tool. `name` is that of its `requirements-<name>.txt` and, with the Python version,
    of its folder: `sam-3.13`."""

    name: str

    @property
    def requirements(self) -> Path:
        return Path(__file__).parent / f"requirements-{self.name}.txt"

    @property
    def folder(self) -> Path:
        major, minor = sys.version_info[:2]
        return TOOLS / f"{self.name}-{major}.{minor}"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    @property
    def installed(self) -> bool:
        stamp = self.folder / "installed"
        return stamp.exists() and stamp.read_text() == self._wanted()

    def install(self, home: Home) -> None:
        """Create the environment unless it matches the pinned requirements; concurrent callers
        wait."""
        if self.installed:
            return
        with stage(f"installing {self.name}"), processes.exclusive(TOOLS / "lock"):
            if not self.installed:
                self._make(home)

    def _make(self, home: Home) -> None:
        """Create the environment anew. The stamp is written last, so an interrupted installation is
        repeated."""
        env = commands.environment(VIRTUAL_ENV=str(self.folder))
        log = home.log(f"install-{self.name}")
        venv: list[str | Path] = [
            UV,
            "venv",
            "--quiet",
            "--clear",
            "--relocatable",  # also where the folder is reached by several paths
            "--python",
            sys.executable,
            self.folder,
        ]
        commands.run(f"making the environment of {self.name}", venv, log=log, env=env)
        sync: list[str | Path] = [
            UV,
            "pip",
            "sync",
            "--quiet",
            "--python",
            self.python,
            self.requirements,
        ]
        commands.run(f"installing {self.name}", sync, log=log, env=env)
        (self.folder / "installed").write_text(self._wanted())

    def _wanted(self) -> str:
        digest = hashlib.sha256(self.requirements.read_bytes())
        digest.update(sys.version.encode())
        return digest.hexdigest()


SAM = Tool("sam")
MINISTACK = Tool("ministack")
SCHEMATHESIS = Tool("schemathesis")
OPENAPI_PYTHON_CLIENT = Tool("openapi-python-client")
ALL = (SAM, MINISTACK, SCHEMATHESIS, OPENAPI_PYTHON_CLIENT)
