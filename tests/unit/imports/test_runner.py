"""The worker beside everything it calls: what it holds must not grow with the file."""

import tracemalloc
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from outrider.access.models import Caller
from outrider.contacts.bulk import ContactBulk
from outrider.imports.models import Import
from outrider.imports.pace import Backpressure
from outrider.imports.repository import ImportWork
from outrider.imports.runner import ImportRunner
from outrider.imports.targets.contacts import ContactTarget
from outrider.kit.aws.dynamodb import Table
from outrider.kit.aws.s3 import ObjectRange

CALLER = Caller.engine("wsp_1")
HEADER = b"email,note\n"
ROW = b'ada%07d@example.com,"a note\nof two lines"\n'
WIDTH = len(ROW % 0)
FREE = Backpressure(lambda: 2**40)


@dataclass(frozen=True)
class Files:
    """A file that is never there as a whole, and plans and rows that nobody keeps."""

    count: int
    is_converted: bool = False
    import_id = "imp_1"

    @property
    def size(self) -> int:
        return len(HEADER) + self.count * WIDTH

    def fetch(self, start: int, length: int) -> ObjectRange:
        end = min(start + length, self.size)
        first = max(0, start - len(HEADER)) // WIDTH
        last = -(-max(0, end - len(HEADER)) // WIDTH)
        body = b"".join(ROW % number for number in range(first, last))
        begins = len(HEADER) + first * WIDTH
        if start < len(HEADER):
            body, begins = HEADER + body, 0
        return ObjectRange(body[start - begins : end - begins], self.size)

    def plan(self, chunk: int, round_: int, plan: Any) -> Any:
        return plan

    def put_rows(self, name: str, rows: Any) -> None:
        pass


class Imports:
    """One import, of which only the last state is known."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}

    def take(self, import_id: str, lease: str, states: Any) -> ImportWork:
        shown = Import(
            id=import_id,
            kind="contacts",
            format="csv",
            duplicates="skip",
            created_by="engine",
            created_at="2026-03-02T09:00:00.000Z",
        )
        return ImportWork(shown=shown, lease=lease)

    def save(self, work: ImportWork, changes: Mapping[str, Any], **_: Any) -> None:
        self.state |= changes


class Target(ContactTarget):
    """No contact exists, and every one can be created."""

    def find(self, keys: Any) -> dict[str, Any]:
        return {}

    def apply(self, rows: Any, marks: Any) -> set[int]:
        return set()


def peak_of_importing(rows: int) -> int:
    """Bytes held at most."""
    imports: Any = Imports()
    files: Any = Files(rows)
    target = Target(CALLER, ContactBulk(Table("contacts"), CALLER.workspace), "imp_1")
    runner = ImportRunner(
        lambda _: CALLER, imports, files, lambda _: target, lambda: None, lambda _: FREE
    )
    tracemalloc.start()
    try:
        runner.run(lambda: True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert imports.state["counts"]["created"] == rows
    return peak


class TestMemory:
    @pytest.fixture(autouse=True)
    def _warm(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("outrider.imports.files.lines.PART", 16 * 1024)
        peak_of_importing(10)

    def test_does_not_grow_with_the_file(self) -> None:
        few, many = peak_of_importing(750), peak_of_importing(3_000)

        assert many < few * 1.1
