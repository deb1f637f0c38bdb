"""Messages."""

import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict

from outrider.campaigns.enrollments import ids
from outrider.campaigns.models import Said
from outrider.kit import clock, json
from outrider.kit.models import Model
from outrider.messages import thread_ids
from outrider.messages.bounces.reasons import BounceKind, BounceReason
from outrider.sequences.models import Channel, ReplyClass

Direction = Literal["out", "in"]
State = Literal[
    "sent",
    "failed",
    "skipped",
    "unknown",
    "pending",
    "completed",
    "expired",
    "cancelled",
    "received",
]
"""State of a message. Outgoing: `sent`, `failed`, `skipped`, or `unknown` if no outcome was
recorded. A manual task is `pending`, then `completed` or `expired`, or `cancelled` if its
enrollment ended first. A reply is `received`."""
MarkedTime = Literal[
    "delivered_at",
    "opened_at",
    "machine_opened_at",
    "clicked_at",
    "bounced_at",
    "complained_at",
    "unsubscribed_at",
]
"""Time fields for events after a message was sent."""
GateName = Literal[
    "workspace",
    "campaign",
    "enrollment",
    "contact",
    "address",
    "suppression",
    "opted_out",
    "review",
    "replied",
    "company_replied",
    "exclusivity",
    "interval",
    "window",
    "mailbox_cap",
    "campaign_limit",
    "company_limit",
    "mailbox",
    "content",
]


_SAYS = {"text", "html", "links"}
_SAID_FIRST = _SAYS | {"subject"}
_NAMES = {"id", "contact_id", "thread_id", "enrollment_id"}


class Content(Model):
    """Rendered content of an email, without headers."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str | None
    html: str | None


class Classification(Model):
    """Class of a reply, who decided it, and the confidence (0 to 1). A person overrides the
    classifier."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    value: ReplyClass
    source: Literal["human", "rule", "model"]
    confidence: float
    provider: str | None = None
    """The provider whose model decided it; null if a person or the rules did."""

    def to_item(self) -> dict[str, Any]:
        """Return the fields of a DynamoDB map."""
        return self.model_dump(exclude_none=True)


class Message(Model):
    """The one message of a step of an enrollment, written when its outcome is known, or a reply
    that was received. `unknown` means that it may or may not have been sent; it is never resent
    automatically. Each `…_at` time of an event after sending is the first time that it happened."""

    model_config = ConfigDict(frozen=True)

    id: str
    thread_id: str = ""
    """Thread of the enrollment: the same for all its messages and replies."""
    direction: Direction = "out"
    channel: Channel = "email"
    contact_id: str
    campaign_id: str
    sequence_id: str
    enrollment_id: str
    step_id: str
    variant_id: str = "a"
    mailbox_id: str = ""
    """Sending mailbox; empty if the message is not an email."""
    lead_id: str | None = None
    """The enrollment's lead."""
    sender: str | None = None
    recipient: str | None = None
    state: State
    reason: str | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    provider_id: str | None = None
    rfc_message_id: str | None = None
    due_at: str | None = None
    """Deadline of a manual task."""
    completed_at: str | None = None
    outcome: str | None = None
    """Outcome of a manual task, as entered by the person who completed it."""
    links: list[str] = []
    """Destinations of the tracking links, in the order of their numbers."""
    created_at: str
    sent_at: str | None = None
    delivered_at: str | None = None
    opened_at: str | None = None
    """First open by a person; `machine_opened_at` is the first open by a bot."""
    machine_opened_at: str | None = None
    clicked_at: str | None = None
    bounced_at: str | None = None
    bounce: BounceKind | None = None
    bounce_reason: BounceReason | None = None
    complained_at: str | None = None
    unsubscribed_at: str | None = None
    replied_at: str | None = None
    """First reply by a person."""
    in_reply_to: str | None = None
    """For a reply: id of our message that it answers."""
    refers_to: str | None = None
    """For a reply of class `wrong_person`: the first other address in it. Nothing is sent to it."""
    classification: Classification | None = None
    """Class of a reply; for an outgoing message, the class that its replies are counted as."""
    classified_on: str | None = None
    """Day (UTC) in whose statistics the replies are counted."""

    @classmethod
    def from_item(cls, item: Mapping[str, Any], said: Mapping[str, Any] | None = None) -> "Message":
        """Return the message of a DynamoDB item. `said` is the separate item with its content."""
        campaign_id, contact_id = item["campaign_id"], str(item["pk"]).rpartition("#")[2]
        names = {
            "id": item["sk"],
            "contact_id": contact_id,
            "thread_id": thread_ids.thread_id(campaign_id, contact_id),
            "enrollment_id": ids.of(campaign_id, contact_id),
        }
        if "rfc_message_id" in item and item.get("direction", "out") == "out":
            names["provider_id"] = rfc_key(item["rfc_message_id"])
        message = cls.model_validate({**names, **item})
        return message.with_content(said) if said else message

    def with_content(self, said: Mapping[str, Any]) -> "Message":
        """Return the message with its content, unless the content was erased."""
        says = json.loads(zlib.decompress(said["said"])) if "said" in said else {}
        return self.model_copy(update=says)

    def to_item(self) -> dict[str, Any]:
        """Return the fields of the DynamoDB item, without content, derived fields and keys. Each
        write of an item of more than 1 KB costs twice as much."""
        follows = {"provider_id"} if self.rfc_message_id else set()
        return self.model_dump(exclude_defaults=True, exclude=_SAYS | _NAMES | follows)

    def packed_content(self) -> dict[str, Any] | None:
        """Return the compressed content as fields of its own item, or None without content. The
        subject is stored in the message's item too, for lists, but that item is written later."""
        says = self.model_dump(exclude_defaults=True, include=_SAID_FIRST)
        return {"said": zlib.compress(json.dumps(says), 9)} if says else None

    @property
    def day(self) -> date:
        """Day (UTC) whose caps and statistics count the message."""
        return clock.from_text(self.created_at).date()

    @property
    def family(self) -> Literal["email", "sms", "task"]:
        """First part of the names of its events, as `email` in `email.sent`."""
        return self.channel if self.channel in ("email", "sms") else "task"

    def sent(self, provider_id: str, rfc_message_id: str) -> "Message":
        """Return the message as accepted by the provider, with the ids that are not empty."""
        known = {"provider_id": provider_id, "rfc_message_id": rfc_message_id}
        return self.model_copy(
            update={
                **{name: value for name, value in known.items() if value},
                "state": "sent",
                "sent_at": clock.timestamp(),
            }
        )

    def lost(self) -> "Message":
        """Return the message with an unknown outcome."""
        return self.model_copy(update={"state": "unknown", "reason": "the outcome was lost"})

    def completed(self, outcome: str | None) -> "Message":
        """Return the manual task as completed."""
        done = {"state": "completed", "completed_at": clock.timestamp(), "outcome": outcome}
        return self.model_copy(update=done)

    def settled(self, outcome: Said) -> "Message":
        """Return the message of unknown outcome as settled by a user."""
        if outcome == "sent":
            went_out = {"state": "sent", "sent_at": self.created_at, "reason": None}
            return self.model_copy(update=went_out)
        return self.model_copy(update={"state": "failed", "reason": "not_sent"})

    def names(self) -> dict[str, Any]:
        """Return the ids that an event about this message contains."""
        return {
            "message_id": self.id,
            "contact_id": self.contact_id,
            "campaign_id": self.campaign_id,
            "sequence_id": self.sequence_id,
            "enrollment_id": self.enrollment_id,
            "step_id": self.step_id,
            **({"mailbox_id": self.mailbox_id} if self.mailbox_id else {}),
            **({"lead_id": self.lead_id} if self.lead_id else {}),
        }


def rfc_key(rfc_message_id: str) -> str:
    """Return the part of a Message-ID (RFC 5322) before the @: the provider's own id of an
    email."""
    return rfc_message_id.strip("<> ").partition("@")[0]
