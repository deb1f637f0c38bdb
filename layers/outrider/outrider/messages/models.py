"""Messages."""

import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from outrider.campaigns.enrollments import ids
from outrider.campaigns.models import Said
from outrider.kit import clock, json
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
"""Outgoing: `sent`, `failed`, `skipped`, and `unknown` when nobody recorded the outcome. A task of
a person is `pending`, then `completed` or `expired`, or `cancelled` when its enrollment ended
first. A reply is `received`."""
MarkedTime = Literal[
    "delivered_at",
    "opened_at",
    "machine_opened_at",
    "clicked_at",
    "bounced_at",
    "complained_at",
    "unsubscribed_at",
]
"""The times of what becomes of a message after it was sent."""
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


class Content(BaseModel):
    """A rendered mail, without its envelope."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str | None
    html: str | None


class Classification(BaseModel):
    """What a reply says, who found out, and how sure that is (0 to 1). A person's word beats a
    machine's."""

    model_config = ConfigDict(frozen=True)

    value: ReplyClass
    source: Literal["human", "rule", "model"]
    confidence: float


class Message(BaseModel):
    """The one message of one step of one enrollment, written when its outcome is known, or a reply
    that came in. `unknown` means that it may or may not have been sent; it is never sent again by
    itself. What happened to it after it was sent is told by times: each is the first time it
    happened."""

    model_config = ConfigDict(frozen=True)

    id: str
    thread_id: str = ""
    """The same for all messages of an enrollment, both ways."""
    direction: Direction = "out"
    channel: Channel = "email"
    contact_id: str
    campaign_id: str
    sequence_id: str
    enrollment_id: str
    step_id: str
    variant_id: str = "a"
    mailbox_id: str = ""
    """Only mails have one."""
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
    """Until when a person has time for a task."""
    completed_at: str | None = None
    outcome: str | None = None
    """What came of a task, as the person who did it says."""
    links: list[str] = []
    """Where its tracked links lead, in the order of their numbers."""
    created_at: str
    sent_at: str | None = None
    delivered_at: str | None = None
    opened_at: str | None = None
    """By a person; a machine's is `machine_opened_at`."""
    machine_opened_at: str | None = None
    clicked_at: str | None = None
    bounced_at: str | None = None
    bounce: BounceKind | None = None
    bounce_reason: BounceReason | None = None
    complained_at: str | None = None
    unsubscribed_at: str | None = None
    replied_at: str | None = None
    """When a person answered it first."""
    in_reply_to: str | None = None
    """Of a reply: our message that it answers."""
    refers_to: str | None = None
    """Of a `wrong_person`: the first other address that it names. Nothing is sent to it."""
    classification: Classification | None = None
    """What a reply says; of a message, how the answers to it count."""
    classified_on: str | None = None
    """The day (UTC) on which the answers to it are counted."""

    @classmethod
    def from_item(cls, item: Mapping[str, Any], said: Mapping[str, Any] | None = None) -> "Message":
        """What its item says, and `said`, the item beside it that has what the message says."""
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
        return message.saying(said) if said else message

    def saying(self, said: Mapping[str, Any]) -> "Message":
        """It with what it says, unless that was erased."""
        says = json.loads(zlib.decompress(said["said"])) if "said" in said else {}
        return self.model_copy(update=says)

    def to_item(self) -> dict[str, Any]:
        """Its fields, without what it says and what follows from others and the keys of its item:
        an item of more than 1 KB costs twice as much whenever it is written."""
        follows = {"provider_id"} if self.rfc_message_id else set()
        return self.model_dump(exclude_defaults=True, exclude=_SAYS | _NAMES | follows)

    def packed_content(self) -> dict[str, Any] | None:
        """What it says, packed, as fields of an item; None where it says nothing. The subject is in
        its own item too, for lists, but that is written later."""
        says = self.model_dump(exclude_defaults=True, include=_SAID_FIRST)
        return {"said": zlib.compress(json.dumps(says), 9)} if says else None

    @property
    def day(self) -> date:
        """The day (UTC) whose caps it counts towards, and in whose statistics it is."""
        return clock.from_text(self.created_at).date()

    @property
    def family(self) -> Literal["email", "sms", "task"]:
        """What events about it are called."""
        return self.channel if self.channel in ("email", "sms") else "task"

    def sent(self, provider_id: str, rfc_message_id: str) -> "Message":
        """Return it as the provider accepted it, under the ids that are not empty."""
        known = {"provider_id": provider_id, "rfc_message_id": rfc_message_id}
        return self.model_copy(
            update={
                **{name: value for name, value in known.items() if value},
                "state": "sent",
                "sent_at": clock.timestamp(),
            }
        )

    def lost(self) -> "Message":
        """Return it as nobody knows whether it was sent."""
        return self.model_copy(update={"state": "unknown", "reason": "the outcome was lost"})

    def completed(self, outcome: str | None) -> "Message":
        """It, a task, as it is when a person has done it."""
        done = {"state": "completed", "completed_at": clock.timestamp(), "outcome": outcome}
        return self.model_copy(update=done)

    def settled(self, said: Said) -> "Message":
        """It, of which nobody knew whether it went out, as it is when a person has said that."""
        if said == "sent":
            went_out = {"state": "sent", "sent_at": self.created_at, "reason": None}
            return self.model_copy(update=went_out)
        return self.model_copy(update={"state": "failed", "reason": "not_sent"})

    def names(self) -> dict[str, Any]:
        """What an event about this message names."""
        return {
            "message_id": self.id,
            "contact_id": self.contact_id,
            "campaign_id": self.campaign_id,
            "sequence_id": self.sequence_id,
            "enrollment_id": self.enrollment_id,
            "step_id": self.step_id,
            **({"mailbox_id": self.mailbox_id} if self.mailbox_id else {}),
        }


def rfc_key(rfc_message_id: str) -> str:
    """Return the part of a Message-ID (RFC 5322) before the @: the provider's own id of a mail."""
    return rfc_message_id.strip("<> ").partition("@")[0]
