"""Stored provider of language models, and which of several is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from outrider.kit.models import Versioned
from outrider.language_models.catalogue import Tier
from outrider.language_models.models import ProviderName


class LlmProvider(Versioned):
    """A provider with the API key that a workspace stored for it."""

    provider: ProviderName
    model: str
    base_url: str | None = None
    """Address to call instead of the provider's own."""
    key_hint: str
    """The last four characters of the API key."""
    locked_key: bytes = Field(repr=False)
    """The API key, encrypted."""
    chosen_at: str = ""
    """Time at which it was last made the default, or empty."""


def default_of(stored: Sequence[LlmProvider]) -> LlmProvider | None:
    """Return the provider that is used: the one that was made the default last, or, if none was,
    the one that was stored first."""
    chosen = max(stored, key=lambda each: each.chosen_at, default=None)
    if chosen is None or chosen.chosen_at:
        return chosen
    return min(stored, key=lambda each: each.created_at)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that a workspace uses now."""

    provider: ProviderName | Literal["sandbox"]
    model: str
    tier: Tier
    """Tier by which a chat is charged."""
