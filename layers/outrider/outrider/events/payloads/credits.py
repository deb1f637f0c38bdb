"""Events about credits."""

from typing import Annotated, ClassVar

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import Count, Payload, Timestamp


class _AboutCredits(Payload):
    granted: Annotated[Count, Field(examples=[1000])]
    """The credits of the running month."""
    available: Annotated[Count, Field(examples=[100])]
    resets_at: Timestamp
    """When there are new ones."""


class CreditsLowData(_AboutCredits):
    """Few credits are left of the month's."""

    event: ClassVar[EventName] = "credits.low"


class CreditsDepletedData(_AboutCredits):
    """No credit is left of the month's."""

    event: ClassVar[EventName] = "credits.depleted"


class CreditsResetData(_AboutCredits):
    """A new month began, and its credits were granted."""

    event: ClassVar[EventName] = "credits.reset"
