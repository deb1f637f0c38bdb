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


class MailboxCreatedData(Payload):
    """A mailbox was created."""

    event: ClassVar[EventName] = "mailbox.created"

    mailbox_id: MailboxId


class MailboxUpdatedData(Payload):
    """A mailbox was changed: its pool, limits or server, or whether it is paused or verified."""

    event: ClassVar[EventName] = "mailbox.updated"

    mailbox_id: MailboxId


class MailboxDeletedData(Payload):
    """A mailbox was deleted. Its pending follow-ups are sent from other mailboxes of its pool."""

    event: ClassVar[EventName] = "mailbox.deleted"

    mailbox_id: MailboxId


class MailboxHealthChangedData(Payload):
    """The health of a mailbox, or the reasons for it, changed. A failing mailbox sends nothing."""

    event: ClassVar[EventName] = "mailbox.health_changed"

    mailbox_id: MailboxId
    health: Annotated[Health, Field(examples=["degraded"])]
    reasons: Annotated[list[HealthReason], Field(examples=[["dmarc"]])]
    previous_health: Health
