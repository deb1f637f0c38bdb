"""Events about what came in."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import MailboxId, MessageId, NotAlways, Payload
from outrider.events.payloads.messages import AboutMessageData

ReplyClass = Literal[
    "interested",
    "interested_later",
    "not_interested",
    "wrong_person",
    "information_request",
    "objection",
    "out_of_office",
    "auto_reply",
    "unclassified",
]


class _AboutReply(AboutMessageData):
    """`message_id` is the reply's own; campaign, enrollment and step are of what it answers."""

    mailbox_id: MailboxId
    """The mailbox it came to."""
    in_reply_to: MessageId
    """The message that it answers."""


class ReplyReceivedData(_AboutReply):
    """A contact, or a machine in its place, answered."""

    event: ClassVar[EventName] = "reply.received"

    classification: ReplyClass | None
    """What it says, as the rules see it; null when it asks to stop."""
    stop: bool
    """It asks to stop: the contact is unsubscribed."""


class ReplyClassifiedData(_AboutReply):
    """It is known what a reply says: by the rules when it came, or by a person at any time."""

    event: ClassVar[EventName] = "reply.classified"

    classification: ReplyClass
    previous: ReplyClass | NotAlways | None = None
    """What was said of it before; given only when a person says otherwise."""
    source: Literal["human", "rule", "model"]
    confidence: Annotated[float, Field(ge=0, le=1, examples=[0.9])]


class ReplyNeedsReviewData(_AboutReply):
    """A person has to read a reply: it may ask to stop, or nobody knows what it says. Its
    enrollment waits until somebody says so (`PATCH /v1/messages/{id}/classification`)."""

    event: ClassVar[EventName] = "reply.needs_review"

    classification: ReplyClass
    """What it says, as the rules see it."""
    reason: Literal["unclassified", "may_ask_to_stop"]


class ReplyUnmatchedData(Payload):
    """A mail came for a mailbox, and answers nothing that is known. It is kept for 30 days. Where
    it may be for another workspace as well, this counts it, and `from`, `subject` and `kept_at`
    are empty."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    event: ClassVar[EventName] = "reply.unmatched"

    mailbox_id: MailboxId
    reason: Literal["no_match", "ambiguous"]
    """`ambiguous`: several workspaces own an address it was sent to."""
    sender: Annotated[str, Field(alias="from", examples=["ada@example.com"])]
    """Who it says it is from; may be empty."""
    subject: Annotated[str, Field(examples=["Re: A question"])]
    kind: Literal["person", "machine", "report", "complaint"]
    """Who wrote it; a `report` is about the delivery of another mail."""
    kept_at: Annotated[str, Field(examples=["inbound/5lrvc6v1s2u8jm2r8gq5o3v1f0q7c0k4d9h6t2g1"])]
    """The object of the stack's bucket that has the mail; empty where it is not kept."""
