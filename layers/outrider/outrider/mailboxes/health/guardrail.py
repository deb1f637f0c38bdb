"""Guard-rail of a mailbox or campaign: the bounce and complaint rates of 24 hours that pause it."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from outrider.kit.models import Model

SPAN = timedelta(hours=24)
REASON = "guardrail"
"""`paused_reason` of a campaign or mailbox that its guard-rail paused."""

Tripped = Literal["bounces", "complaints"]


class Guardrail(Model):
    """Bounce and complaint limits that pause a mailbox or campaign: if at least `min_sent` emails
    were sent, and both the share `bounce_rate` and the number `min_bounces` of them bounced;
    likewise for complaints. The minimum numbers keep one angry recipient from pausing a mailbox
    that sent 100 emails."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_sent: Annotated[int, Field(ge=20, le=100_000)] = 100
    bounce_rate: Annotated[float, Field(ge=0.001, le=1)] = 0.04
    min_bounces: Annotated[int, Field(ge=1, le=10_000)] = 5
    complaint_rate: Annotated[float, Field(ge=0.0001, le=1)] = 0.0008
    min_complaints: Annotated[int, Field(ge=1, le=10_000)] = 3

    def tripped_by(self, sent: int, bounced: int, complained: int) -> Tripped | None:
        """Return which limit is exceeded, or None."""
        if sent < self.min_sent:
            return None
        if bounced >= max(self.min_bounces, self.bounce_rate * sent):
            return "bounces"
        if complained >= max(self.min_complaints, self.complaint_rate * sent):
            return "complaints"
        return None
