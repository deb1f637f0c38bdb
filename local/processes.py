"""Background processes, identified by a pid file and a lock on it.

The process holds the lock for its whole life, so a pid file left by a crash, or a pid that was
reused, is never mistaken for it.
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
"""Child processes of this process, which must be reaped when they end."""


def start(
    command: Sequence[str], *, pid_file: Path, log: Path, env: Mapping[str, str], cwd: Path
) -> int:
    """Start a process in a session of its own with its output in `log`, and return its pid. Raises
    LocalStackError if it is already running."""
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
    """Hold an exclusive lock on the file within the block."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def running(pid_file: Path) -> int | None:
    """Return the pid in a pid file if that process is still running, else None."""
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
    """Terminate the process and wait for its end; kill it after `grace` seconds."""
    pid = running(pid_file)
    if pid is not None:
        _signal(pid, signal.SIGTERM)
        if not wait_until(lambda: running(pid_file) is None, seconds=grace):
            _signal(pid, signal.SIGKILL)
            if not wait_until(lambda: running(pid_file) is None, seconds=5):
                raise LocalStackError(f"process {pid} does not end; stop it by hand")
    pid_file.unlink(missing_ok=True)


def ask(pid_file: Path, number: signal.Signals) -> None:
    """Send a signal to the process if it is running."""
    pid = running(pid_file)
    if pid is not None:
        _signal(pid, number)


def kill(pid_file: Path) -> None:
    """Kill the process and all its children; nothing is saved."""
    pid = running(pid_file)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # it leads its own session
        if not wait_until(lambda: running(pid_file) is None, seconds=5):
            raise LocalStackError(f"process {pid} does not end; stop it by hand")
    pid_file.unlink(missing_ok=True)


def wait_until(true: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until `true` returns true; return False if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def answers(port: int) -> bool:
    """Return whether a server listens on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_free(port: int) -> bool:
    """Return whether a server can be started on this loopback port."""
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
    """Return the first free port of a range. Raises LocalStackError if there is none."""
    for port in ports:
        if is_free(port):
            return port
    raise LocalStackError(f"no free port between {ports.start} and {ports.stop - 1} on 127.0.0.1")


def _collect(pid_file: Path) -> None:
    """Reap a child that has released its lock, and so is about to end."""
    text = pid_file.read_text()
    if text.isdecimal() and (process := _children.pop(int(text), None)):
        process.wait()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
