"""What rows become. Each target knows one kind: how a row is read, found, written, taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow, Undo
from outrider.kit.aws.attributes import Item


class RowRefused(Exception):
    """The row cannot be imported; the text says why."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row as its target understands it; `key` tells what it is about, as the row writes it, and
    `note` what of it was put aside."""

    key: str
    given: Given
    note: str | None = None


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """What is there under a key. Without `item` it is gone, but still holds the key."""

    id: str
    item: Item | None


class ImportTarget(Protocol):
    key: ClassVar[str]
    """What rows are told apart by, in a word."""

    def parse(self, given: Given, *, strict: bool) -> Parsed:
        """Raises RowRefused with every violation. `strict` takes values for what they are, else
        they may be text."""
        ...

    def key_of(self, key: str) -> str:
        """What the keys of rows about the same have in common."""
        ...

    def find(self, keys: Collection[str]) -> Mapping[str, KeyOwner]:
        """What is there, by `key_of`."""
        ...

    def new_id(self, key: str) -> str: ...

    def changed(self, item: Item, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """All that changes in the item. Raises RowRefused when it would become what may not be."""
        ...

    def created(self, row: PlannedRow) -> Mapping[str, Any]:
        """The fields of what a row creates."""
        ...

    def digest(self, fields: Mapping[str, Any]) -> str:
        """Differs when something differs that callers can set."""
        ...

    def apply(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        """Write the rows, each with its mark. Gives those that found something else than planned.
        Twice is the same as once."""
        ...

    def undo(self, id: str, undo: Undo, mark: str) -> bool:
        """Take one row back; False when what it left was changed since. Twice is the same as
        once."""
        ...
