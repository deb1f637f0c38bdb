"""Events about credits."""

from typing import Annotated, ClassVar

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import Count, Payload, Timestamp


class _AboutCredits(Payload):
    granted: Annotated[Count, Field(examples=[1000])]
    """Credits granted for the current billing period."""
    available: Annotated[Count, Field(examples=[100])]
    resets_at: Timestamp
    """When the next billing period begins."""


class CreditsLowData(_AboutCredits):
    """At most a tenth of the billing period's credits is left."""

    event: ClassVar[EventName] = "credits.low"


class CreditsDepletedData(_AboutCredits):
    """No credits of the billing period are left."""

    event: ClassVar[EventName] = "credits.depleted"


class CreditsResetData(_AboutCredits):
    """A new billing period began, and its credits were granted."""

    event: ClassVar[EventName] = "credits.reset"
