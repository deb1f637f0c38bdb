"""Background processes that are known by their pid file and by the lock they hold on it.

The lock lives exactly as long as the process, so a pid file left by a crash, or a process id that
the system gave to someone else, is never mistaken for ours.
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from local.errors import LocalStackError, PortTaken

_POLL_SECONDS = 0.05
_children: dict[int, "subprocess.Popen[bytes]"] = {}
"""What this process started itself, and so has to collect when it ends."""


def start(
    command: Sequence[str], *, pid_file: Path, log: Path, env: Mapping[str, str], cwd: Path
) -> int:
    """Start a process of its own session; its output goes to `log`. Returns its process id."""
    lock = os.open(pid_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise LocalStackError(f"already running (process {pid_file.read_text()})") from None
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock],
        )
    os.ftruncate(lock, 0)
    os.write(lock, str(process.pid).encode())
    os.close(lock)
    _children[process.pid] = process
    return process.pid


@contextmanager
def exclusive(lock_file: Path) -> Iterator[None]:
    """Wait until no other process is in this block with the same file."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def running(pid_file: Path) -> int | None:
    """The process id behind a pid file, if that process still lives."""
    try:
        lock = os.open(pid_file, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = pid_file.read_text()
        return int(text) if text.isdecimal() else None
    else:
        _collect(pid_file)
        return None
    finally:
        os.close(lock)


def stop(pid_file: Path, *, grace: float = 30.0) -> None:
    """Ask the process to end and wait until it is gone; after `grace` seconds it is killed."""
    pid = running(pid_file)
    if pid is not None:
        _signal(pid, signal.SIGTERM)
        if not wait_until(lambda: running(pid_file) is None, seconds=grace):
            _signal(pid, signal.SIGKILL)
            if not wait_until(lambda: running(pid_file) is None, seconds=5):
                raise LocalStackError(f"process {pid} does not end; stop it by hand")
    pid_file.unlink(missing_ok=True)


def ask(pid_file: Path, number: signal.Signals) -> None:
    """Send a signal to the process, if it lives."""
    pid = running(pid_file)
    if pid is not None:
        _signal(pid, number)


def kill(pid_file: Path) -> None:
    """End the process and all that it started at once; nothing is saved."""
    pid = running(pid_file)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # it leads its own session
        if not wait_until(lambda: running(pid_file) is None, seconds=5):
            raise LocalStackError(f"process {pid} does not end; stop it by hand")
    pid_file.unlink(missing_ok=True)


def wait_until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until something is true; False when it is not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def answers(port: int) -> bool:
    """Does anything listen on this loopback port?"""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_free(port: int) -> bool:
    """May a server be started on this loopback port?"""
    if answers(port):
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def require_free(port: int, remedy: str) -> None:
    if not is_free(port):
        raise PortTaken(port, remedy)


def first_free(ports: range) -> int:
    """The first port of a range nobody listens on."""
    for port in ports:
        if is_free(port):
            return port
    raise LocalStackError(f"no free port between {ports.start} and {ports.stop - 1} on 127.0.0.1")


def _collect(pid_file: Path) -> None:
    """Wait for a child that has let go of its lock: it is ending, or has ended."""
    text = pid_file.read_text()
    if text.isdecimal() and (process := _children.pop(int(text), None)):
        process.wait()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
