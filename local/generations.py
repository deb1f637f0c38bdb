"""Snapshots of the emulator: one folder each, complete or absent.

A snapshot is written to `generation-<n>.partial`, and renamed to `generation-<n>` once it is
completely on disk. So a start always finds all services at the same point in time, even after a
crash.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

_PREFIX = "generation-"
_PARTIAL = ".partial"


def newest(state: Path) -> Path | None:
    """Return the last complete snapshot, or None."""
    whole = [path for path in state.glob(f"{_PREFIX}*") if path.suffix != _PARTIAL]
    return max(whole, key=_number, default=None)


def begin(state: Path) -> Path:
    """Create and return an empty folder for the next snapshot; delete partial ones."""
    for left in state.glob(f"{_PREFIX}*{_PARTIAL}"):
        shutil.rmtree(left)
    last = newest(state)
    number = 1 + (0 if last is None else _number(last))
    partial = state / f"{_PREFIX}{number:06d}{_PARTIAL}"
    partial.mkdir(parents=True)
    return partial


def commit(partial: Path) -> Path:
    """Make the folder returned by `begin` the newest snapshot, delete older ones, and return its
    new path."""
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
    """Return the bytes in a folder whose files may be written or renamed meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total


def link(source: Path, target: Path) -> None:
    """Copy a folder with hard links instead of contents; its files must never be changed in
    place."""
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
