"""Entities."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock


class Entity(BaseModel):
    """Times are RFC 3339 UTC; `version` rises with every change."""

    model_config = ConfigDict(frozen=True)

    id: str
    created_at: str
    updated_at: str
    version: int = 1

    def fields(self) -> dict[str, Any]:
        """What is stored of it."""
        return self.model_dump(exclude=set(type(self).model_computed_fields))

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The entity after `changes`, where None clears a field: the next version."""
        after = {**self.fields(), **changes}
        given = {name: value for name, value in after.items() if value is not None}
        now = clock.timestamp()
        return self.model_validate({**given, "updated_at": now, "version": self.version + 1})
