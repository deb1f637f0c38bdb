"""Saved states of the emulator: one folder for each moment, whole or not there.

A state is written to `generation-<n>.partial`, and renamed to `generation-<n>` once all of it is on
the disk. So what a start finds is always one moment of every service, however the last run ended.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

_PREFIX = "generation-"
_PARTIAL = ".partial"


def newest(state: Path) -> Path | None:
    """The last state that was saved whole, if there is any."""
    whole = [path for path in state.glob(f"{_PREFIX}*") if path.suffix != _PARTIAL]
    return max(whole, key=_number, default=None)


def begin(state: Path) -> Path:
    """An empty folder for the next state; what a save before left in parts is deleted."""
    for left in state.glob(f"{_PREFIX}*{_PARTIAL}"):
        shutil.rmtree(left)
    last = newest(state)
    number = 1 + (0 if last is None else _number(last))
    partial = state / f"{_PREFIX}{number:06d}{_PARTIAL}"
    partial.mkdir(parents=True)
    return partial


def commit(partial: Path) -> Path:
    """Make a folder that `begin` gave the newest state, and delete the ones before it."""
    for folder, _, files in os.walk(partial):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            _sync(path)
    whole = partial.with_suffix("")
    partial.rename(whole)
    _sync(whole.parent)
    for old in whole.parent.glob(f"{_PREFIX}*"):
        if old != whole:
            shutil.rmtree(old)
    return whole


def size(folder: Path) -> int:
    """Bytes in a folder that others may write to, or rename, meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def link(source: Path, target: Path) -> None:
    """Copy a folder of files that are only ever replaced, without copying their content."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link)


def _number(generation: Path) -> int:
    return int(generation.name.removeprefix(_PREFIX))


def _sync(path: str | Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
