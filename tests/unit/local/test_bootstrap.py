"""Which Python the project's environment is made of, among stubs of Pythons."""

import os
import subprocess
from pathlib import Path

import pytest

from local.home import REPOSITORY

_PYTHON = """#!/bin/sh
case "$1 $2" in
"-c import sys; sys.exit"*) exit {too_old} ;;
"-c import sys; print"*) echo {version} ;;
"-m venv")
    mkdir -p .venv/bin
    cp "$0" .venv/bin/python
    cp "$UV" .venv/bin/uv ;;
esac
"""
_UV = """#!/bin/sh
case "$1 $2" in
"--version ") echo "uv $(sed -n 's/^UV_VERSION=//p' "$SCRIPT")" ;;
"python install") [ -n "$DOWNLOADED" ] ;;
"python find") echo "$DOWNLOADED" ;;
esac
"""
_SCRIPT = REPOSITORY / "local" / "bootstrap.sh"


class Machine:
    """A folder to work in, and a PATH on which no Python starts, as where pyenv selects none."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "path"
        self._program(root / "uv", _UV)
        for name in ("python3", *(f"python3.{minor}" for minor in range(11, 15))):
            self._program(self.path / name, "#!/bin/sh\nexit 127\n")
        (root / "work").mkdir()

    def install(self, version: str, *, place: str = "") -> str:
        """Put a stub for a version, 3.13 for example, on PATH or at a place; gives its path."""
        path = self.root / place if place else self.path / f"python{version}"
        too_old = int(int(version.partition(".")[2]) < 11)
        self._program(path, _PYTHON.format(version=version, too_old=too_old))
        return str(path)

    def bootstrap(self, *, downloaded: str = "", python: str = "") -> str:
        """What the script says."""
        ran = subprocess.run(
            ["/bin/sh", str(_SCRIPT)],
            cwd=self.root / "work",
            env={
                "PATH": f"{self.path}:{os.defpath}",
                "PYENV_ROOT": str(self.root / "pyenv"),
                "HOME": str(self.root),
                "UV": str(self.root / "uv"),
                "SCRIPT": str(_SCRIPT),
                "DOWNLOADED": downloaded,
                "PYTHON": python,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return (ran.stdout + ran.stderr).partition("packages … ")[2] or ran.stderr

    @staticmethod
    def _program(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


class TestChoosingThePython:
    def test_it_is_lambdas_where_path_has_it(self, machine: Machine) -> None:
        machine.install("3.12", place="path/python3")
        machine.install("3.13")
        assert machine.bootstrap().startswith("Python 3.13, ")

    def test_it_is_pyenvs_where_the_one_on_path_does_not_start(self, machine: Machine) -> None:
        machine.install("3.11", place="path/python3")
        machine.install("3.13", place="pyenv/versions/3.13.0/bin/python")
        assert machine.bootstrap().startswith("Python 3.13, ")

    def test_it_is_downloaded_where_none_is_there(self, machine: Machine) -> None:
        machine.install("3.11", place="path/python3")
        downloaded = machine.install("3.13", place="managed/python")
        assert machine.bootstrap(downloaded=downloaded).startswith("Python 3.13, ")

    def test_another_is_named_where_lambdas_cannot_be_had(self, machine: Machine) -> None:
        machine.install("3.11", place="path/python3")
        assert machine.bootstrap().startswith("Python 3.11; Lambda's is 3.13, ")

    def test_the_one_that_is_asked_for_comes_first(self, machine: Machine) -> None:
        machine.install("3.13")
        asked = machine.install("3.12")
        assert machine.bootstrap(python=asked).startswith("Python 3.12; Lambda's is 3.13, ")

    def test_one_that_is_too_old_is_refused_by_name(self, machine: Machine) -> None:
        machine.install("3.13")
        asked = machine.install("3.10")
        assert f"PYTHON={asked} does not start, or is older than 3.11" in machine.bootstrap(
            python=asked
        )

    def test_an_environment_keeps_its_python(self, machine: Machine) -> None:
        machine.install("3.11", place="path/python3")
        machine.bootstrap()
        machine.install("3.13")
        assert machine.bootstrap().startswith("Python 3.11; Lambda's is 3.13, ")
