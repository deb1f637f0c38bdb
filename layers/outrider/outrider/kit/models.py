"""Base class of the models of the library."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock

HIDDEN = ConfigDict(hide_input_in_errors=True)
"""Configuration of a TypeAdapter that validates a union of models."""


class Model(BaseModel):
    """Model whose validation errors do not contain the rejected input.

    What we validate is personal data or secrets more often than not, and the traceback of an error
    is logged. Callers of the API are told which value was rejected by `kit.http.violations`, from
    `ValidationError.errors()`.

    Source: https://docs.pydantic.dev/latest/api/config/#pydantic.config.ConfigDict.hide_input_in_errors
    """

    model_config = HIDDEN


class Versioned(Model):
    """Stored model with an optimistic lock: `version` rises with every change. Times are RFC 3339
    UTC."""

    model_config = ConfigDict(frozen=True)

    created_at: str
    updated_at: str
    version: int = 1

    def changed(self, **changes: object) -> Self:
        """Return a copy with these changes and the next version."""
        now = clock.timestamp()
        return self.model_copy(update={**changes, "updated_at": now, "version": self.version + 1})
