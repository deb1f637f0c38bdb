"""Base model of entities."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pydantic import ConfigDict

from outrider.kit import clock
from outrider.kit.aws.attributes import Item
from outrider.kit.models import Model


class Entity(Model):
    """Base class of entities. Times are RFC 3339 in UTC; `version` increases with every change.

    Each subclass declares these four fields itself, to control the order of the fields in JSON.
    """

    model_config = ConfigDict(frozen=True)

    if TYPE_CHECKING:
        id: str
        created_at: str
        updated_at: str
        version: int

    @classmethod
    def from_item(cls, item: Item | None) -> Self | None:
        """Return the entity stored in an item, or None for no item and for a tombstone."""
        return cls.model_validate(item) if item and "deleted_at" not in item else None

    def fields(self) -> dict[str, Any]:
        """Return the fields that are stored."""
        return self.model_dump(exclude={"object", *type(self).model_computed_fields})

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """Return the next version of the entity with these changes; None clears a field."""
        after = {**self.fields(), **changes}
        given = {name: value for name, value in after.items() if value is not None}
        now = clock.timestamp()
        return self.model_validate({**given, "updated_at": now, "version": self.version + 1})
