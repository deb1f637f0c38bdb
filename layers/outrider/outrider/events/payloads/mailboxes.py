"""Events about mailboxes."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import MailboxId, Payload

Health = Literal["healthy", "degraded", "failing"]
HealthReason = Literal[
    "identity",
    "account_refused",
    "login_refused",
    "unreachable",
    "content_refused",
    "spf",
    "dkim",
    "dmarc",
    "bounce_rate",
    "complaint_rate",
]


class MailboxHealthChanged(Payload):
    """The health of a mailbox, or what it comes from, changed. A failing one sends nothing."""

    event: ClassVar[EventName] = "mailbox.health_changed"

    mailbox_id: MailboxId
    health: Annotated[Health, Field(examples=["degraded"])]
    reasons: Annotated[list[HealthReason], Field(examples=[["dmarc"]])]
    previous_health: Health
