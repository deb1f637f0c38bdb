"""What can stop the local stack: each is one clear line for the person at the terminal."""

from pathlib import Path


class LocalStackError(Exception):
    """The local stack cannot go on; the message says why and what to do, in one line."""


class CommandFailed(LocalStackError):
    """A command of a stage failed; its output is in a log file."""

    def __init__(self, what: str, log: Path) -> None:
        reasons = [line for line in log.read_text().splitlines() if line.startswith("Error: ")]
        reason = f": {reasons[-1].removeprefix('Error: ')}" if reasons else ""
        super().__init__(f"{what} failed{reason}; details in {log}")


class PortTaken(LocalStackError):
    """Another program listens on a port the stack needs."""

    def __init__(self, port: int, remedy: str) -> None:
        super().__init__(f"port {port} on 127.0.0.1 is taken by another program; {remedy}")
