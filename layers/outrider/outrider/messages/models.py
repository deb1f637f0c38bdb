"""Messages."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from outrider.kit import clock

State = Literal["sending", "sent", "failed", "skipped", "unknown"]


class Content(BaseModel):
    """A rendered mail, without its envelope."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str | None
    html: str | None


class Message(BaseModel):
    """The one mail of one step of one enrollment. While it is `sending`, a worker holds it until
    `claimed_until`; `unknown` means that it may or may not have gone out, and is never sent again
    by itself."""

    model_config = ConfigDict(frozen=True)

    id: str
    contact_id: str
    campaign_id: str
    sequence_id: str
    enrollment_id: str
    step_id: str
    mailbox_id: str
    state: State
    reason: str | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    provider_id: str | None = None
    rfc_message_id: str | None = None
    claimed_until: str | None = None
    created_at: str
    sent_at: str | None = None

    def in_flight(self, now: datetime) -> bool:
        """Whether a worker is sending it, and may still settle it."""
        return self.state == "sending" and (self.claimed_until or "") > clock.to_text(now)

    def names(self) -> dict[str, Any]:
        """What an event about this message names."""
        return {
            "message_id": self.id,
            "contact_id": self.contact_id,
            "campaign_id": self.campaign_id,
            "sequence_id": self.sequence_id,
            "enrollment_id": self.enrollment_id,
            "step_id": self.step_id,
            "mailbox_id": self.mailbox_id,
        }
