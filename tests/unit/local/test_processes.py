"""Background processes and their pid files."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from local import processes
from local.errors import LocalStackError

_FOR_EVER = [sys.executable, "-c", "import time; time.sleep(600)"]
_STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(600)",
]


def _start(folder: Path, command: list[str] = _FOR_EVER) -> int:
    log = folder / "log"
    return processes.start(command, pid_file=folder / "pid", log=log, env=os.environ, cwd=folder)


class TestStop:
    def test_waits_until_the_process_is_gone(self, tmp_path: Path) -> None:
        pid = _start(tmp_path)
        assert processes.running(tmp_path / "pid") == pid

        processes.stop(tmp_path / "pid")

        assert processes.running(tmp_path / "pid") is None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    def test_kills_what_does_not_end_by_itself(self, tmp_path: Path) -> None:
        _start(tmp_path, _STUBBORN)
        assert processes.wait_until(lambda: (tmp_path / "log").read_text() != "", seconds=10)

        processes.stop(tmp_path / "pid", grace=0.2)

        assert processes.running(tmp_path / "pid") is None

    def test_leaves_a_stranger_with_the_same_process_id_alone(self, tmp_path: Path) -> None:
        (tmp_path / "pid").write_text(str(os.getpid()))

        processes.stop(tmp_path / "pid")

        assert not (tmp_path / "pid").exists()


class TestStart:
    def test_refuses_to_start_a_second_one(self, tmp_path: Path) -> None:
        _start(tmp_path)

        with pytest.raises(LocalStackError, match="already running"):
            _start(tmp_path)

        processes.stop(tmp_path / "pid")


class TestRunning:
    def test_forgets_a_process_that_was_killed(self, tmp_path: Path) -> None:
        pid = _start(tmp_path)

        os.kill(pid, signal.SIGKILL)

        assert processes.wait_until(lambda: processes.running(tmp_path / "pid") is None, seconds=5)


class TestWaitUntil:
    def test_gives_up_at_its_deadline(self) -> None:
        started = time.monotonic()

        assert not processes.wait_until(lambda: False, seconds=0.1)

        assert time.monotonic() - started < 5
