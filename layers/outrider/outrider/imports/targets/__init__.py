"""Targets of imports. A target knows how rows of one kind are parsed, found, written and
reverted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from outrider.imports.merging import Given
from outrider.imports.models import PlannedRow, Undo
from outrider.kit.aws.attributes import Item


class RowRefused(Exception):
    """Raised with the reason when a row cannot be imported."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed row. `key` is the key as the row writes it, `note` describes invalid values that are
    kept in the open field."""

    key: str
    given: Given
    note: str | None = None


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Owner of a key. Without `item` it was deleted, but still holds the key."""

    id: str
    item: Item | None


class ImportTarget(Protocol):
    key: ClassVar[str]
    """The word for the key of rows, in messages."""

    def parse(self, given: Given, *, strict: bool) -> Parsed:
        """Parse a row. Raises RowRefused with every violation. With `strict` values must have the
        right JSON type; else they may be text."""
        ...

    def key_of(self, key: str) -> str:
        """Return the normalized key, which is equal for rows about the same item."""
        ...

    def find(self, keys: Collection[str]) -> Mapping[str, KeyOwner]:
        """Return the current owner of each key, by the normalized key (`key_of`)."""
        ...

    def new_id(self, key: str) -> str: ...

    def changed(self, item: Item, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return all attributes that the changes affect, including index keys. Raises RowRefused if
        the result would be invalid."""
        ...

    def created(self, row: PlannedRow) -> Mapping[str, Any]:
        """Return the fields of the item that a row creates."""
        ...

    def digest(self, fields: Mapping[str, Any]) -> str:
        """Return a digest of the fields that callers can set."""
        ...

    def apply(self, rows: Sequence[PlannedRow], marks: Mapping[int, str]) -> set[int]:
        """Write the rows, each with its mark. Return the numbers of rows that lost an optimistic
        lock. Idempotent."""
        ...

    def undo(self, id: str, undo: Undo, mark: str) -> bool:
        """Revert one row. Return False if its item was changed since. Idempotent."""
        ...
