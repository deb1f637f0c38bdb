"""Entities."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock
from outrider.kit.aws.attributes import Item


class Entity(BaseModel):
    """Times are RFC 3339 UTC; `version` rises with every change.

    Each kind declares these four fields itself, where they are to stand among its own.
    """

    model_config = ConfigDict(frozen=True)

    if TYPE_CHECKING:
        id: str
        created_at: str
        updated_at: str
        version: int

    @classmethod
    def from_item(cls, item: Item | None) -> Self | None:
        """The entity an item is; a tombstone is none."""
        return cls.model_validate(item) if item and "deleted_at" not in item else None

    def fields(self) -> dict[str, Any]:
        """What is stored of it."""
        return self.model_dump(exclude={"object", *type(self).model_computed_fields})

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The entity after `changes`, where None clears a field: the next version."""
        after = {**self.fields(), **changes}
        given = {name: value for name, value in after.items() if value is not None}
        now = clock.timestamp()
        return self.model_validate({**given, "updated_at": now, "version": self.version + 1})
