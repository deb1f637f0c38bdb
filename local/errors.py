"""Errors of the local stack, each one clear line for the terminal."""

from pathlib import Path


class LocalStackError(Exception):
    """Failure of the local stack; the message says the reason and the remedy in one line."""


class CommandFailed(LocalStackError):
    """Failure of a stage's command; its output is in a log file."""

    def __init__(self, what: str, log: Path) -> None:
        reasons = [line for line in log.read_text().splitlines() if line.startswith("Error: ")]
        reason = f": {reasons[-1].removeprefix('Error: ')}" if reasons else ""
        super().__init__(f"{what} failed{reason}; details in {log}")


class PortTaken(LocalStackError):
    """A port that the stack needs is used by another program."""

    def __init__(self, port: int, remedy: str) -> None:
        super().__init__(f"port {port} on 127.0.0.1 is taken by another program; {remedy}")
