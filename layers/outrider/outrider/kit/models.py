"""Base class of the models of the library."""

from pydantic import BaseModel, ConfigDict

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
