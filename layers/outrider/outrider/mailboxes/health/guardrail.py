"""The guard-rail of a mailbox or a campaign: how much of what it sent in 24 hours may come back."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SPAN = timedelta(hours=24)
REASON = "guardrail"
"""Why a campaign or mailbox is paused that it stopped."""

Tripped = Literal["bounces", "complaints"]


class Guardrail(BaseModel):
    """Pauses what sends when, of at least `min_sent` mails, the share `bounce_rate` bounced and
    these are `min_bounces` or more, or likewise for complaints. A share alone would stop a mailbox
    that sent 100 mails for one angry recipient."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_sent: Annotated[int, Field(ge=20, le=100_000)] = 100
    bounce_rate: Annotated[float, Field(ge=0.001, le=1)] = 0.04
    min_bounces: Annotated[int, Field(ge=1, le=10_000)] = 5
    complaint_rate: Annotated[float, Field(ge=0.0001, le=1)] = 0.0008
    min_complaints: Annotated[int, Field(ge=1, le=10_000)] = 3

    def tripped_by(self, sent: int, bounced: int, complained: int) -> Tripped | None:
        """Return what is too much, or None."""
        if sent < self.min_sent:
            return None
        if bounced >= max(self.min_bounces, self.bounce_rate * sent):
            return "bounces"
        if complained >= max(self.min_complaints, self.complaint_rate * sent):
            return "complaints"
        return None
