"""The processes of a local stack, read from /proc: Linux only."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.running import LocalStack

_NAMED = b"AWS_LAMBDA_FUNCTION_NAME="


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    function: str | None
    """The logical id of the function it carries out; the emulator itself has none."""
    waits: bool
    """For its next event, which comes through a pipe."""
    megabytes: float
    """Resident, as the kernel counts it: what processes share is counted with each."""


def processes(stack: LocalStack) -> Iterator[Process]:
    """The emulator's process, and that of each function that has been called."""
    session = (stack.home / "emulator.pid").read_text()
    for found in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it is somebody else's, or has ended
            if (found / "stat").read_text().rpartition(")")[2].split()[3] == session:
                yield Process(
                    pid=int(found.name),
                    function=_function((found / "environ").read_bytes()),
                    waits="pipe_read" in (found / "wchan").read_text(),
                    megabytes=_resident((found / "status").read_text()),
                )


def _function(environment: bytes) -> str | None:
    named = [each for each in environment.split(b"\0") if each.startswith(_NAMED)]
    return named[0].decode().split("-")[-2] if named else None


def _resident(status: str) -> float:
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) / 1_024 if lines else 0.0
