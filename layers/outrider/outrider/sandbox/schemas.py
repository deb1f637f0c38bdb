"""Responses about the sandbox."""

from typing import Literal

from pydantic import ConfigDict

from outrider.kit.models import Model


class SandboxReset(Model):
    """A sandbox that was reset: it has its example data, and nothing else."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    object: Literal["sandbox"] = "sandbox"
    generation: int
    """How often the sandbox was filled; ids of its example data depend on it."""
    made_at: str
    """The moment that the dates of the example data are relative to."""
