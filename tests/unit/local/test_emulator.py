"""The stop of an emulator, played by a process that says of itself what the real one would."""

import os
import sys
from pathlib import Path

import pytest

from local import emulator, processes
from local.emulator import Emulator
from local.errors import LocalStackError
from local.home import REPOSITORY, Home
from local.status import Status

_AT_THE_STOP = """
import pathlib, signal, sys, time
from local.status import Status
status = Status(pathlib.Path(sys.argv[1]))
def stop(*_):
{body}
signal.signal(signal.SIGTERM, stop)
status.write("running")
while True:
    time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.make()
    return home


def _running(home: Home, *at_the_stop: str) -> Emulator:
    """An emulator whose process does these things when it is asked to end."""
    script = _AT_THE_STOP.format(body="\n".join(f"    {line}" for line in at_the_stop))
    processes.start(
        [sys.executable, "-c", script, str(home.status)],
        pid_file=home.pid("emulator"),
        log=home.log("emulator"),
        env=os.environ,
        cwd=REPOSITORY,
    )
    status = Status(home.status)
    assert processes.wait_until(lambda: status.read().state == "running", seconds=20)
    return Emulator(home, 1)


class TestStop:
    def test_takes_as_long_as_the_save_goes_on(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(emulator, "_STALL_SECONDS", 1.0)
        stand_in = _running(
            home,
            "for megabytes in range(6):",
            "    status.write('saving', f'{megabytes} MB written')",
            "    time.sleep(0.3)",
            "status.write('stopped')",
            "sys.exit()",
        )
        told: list[str] = []

        stand_in.stop(told.append)

        assert "5 MB written" in told
        assert not stand_in.running
        assert not stand_in.crashed

    def test_that_cannot_save_says_what_to_do_and_ends_nothing(self, home: Home) -> None:
        stand_in = _running(home, "status.write('failed', 'not saved: No space left on device')")

        with pytest.raises(LocalStackError, match=r"No space left on device.*still runs.*again"):
            stand_in.stop(lambda _: None)

        assert stand_in.running
        stand_in.kill()

    def test_that_stands_still_is_no_success(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(emulator, "_STALL_SECONDS", 0.2)
        stand_in = _running(home, "status.write('saving', '1 MB written')")

        with pytest.raises(LocalStackError, match=r"no progress.*no data was saved before"):
            stand_in.stop(lambda _: None)

        stand_in.kill()

    def test_that_ends_without_saving_is_no_success(self, home: Home) -> None:
        stand_in = _running(home, "sys.exit()")
        (home.state / "generation-000001").mkdir(parents=True)

        with pytest.raises(LocalStackError, match=r"ended without saving; the data of .* is kept"):
            stand_in.stop(lambda _: None)

        assert stand_in.crashed


class TestKill:
    def test_ends_it_with_nothing_to_tell_of(self, home: Home) -> None:
        stand_in = _running(home, "pass")

        stand_in.kill()

        assert not stand_in.running
        assert not stand_in.crashed
