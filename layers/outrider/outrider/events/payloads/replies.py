"""Events about incoming email."""

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
    """Ids of a reply. `message_id` is its own; campaign, enrollment and step are those of the
    message that it answers."""

    mailbox_id: MailboxId
    """The mailbox that received it."""
    in_reply_to: MessageId
    """The message that it answers."""


class ReplyReceivedData(_AboutReply):
    """A reply was received, from the contact or from an auto-responder."""

    event: ClassVar[EventName] = "reply.received"

    classification: ReplyClass | None
    """Class of the reply according to the rules; null if it is an opt-out."""
    stop: bool
    """Whether it is an opt-out, so that the contact is unsubscribed."""


class ReplyClassifiedData(_AboutReply):
    """A reply was classified: by the rules when it arrived, by the model of a provider where these
    could not, or by a person at any time."""

    event: ClassVar[EventName] = "reply.classified"

    classification: ReplyClass
    previous: ReplyClass | NotAlways | None = None
    """Its class until now; present only if a model or a person changed it."""
    source: Literal["human", "rule", "model"]
    confidence: Annotated[float, Field(ge=0, le=1, examples=[0.9])]


class ReplyNeedsReviewData(_AboutReply):
    """A reply needs review by a person: it may be an opt-out, or its class is unclear. Its
    enrollment waits until the reply is classified (`PATCH /v1/messages/{id}/classification`)."""

    event: ClassVar[EventName] = "reply.needs_review"

    classification: ReplyClass
    """Class of the reply according to the rules."""
    reason: Literal["unclassified", "may_ask_to_stop"]


class ReplyUnmatchedData(Payload):
    """A mailbox received an email that matches no sent message. It is kept for 30 days. If it may
    belong to another workspace, `from`, `subject` and `kept_at` are empty."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    event: ClassVar[EventName] = "reply.unmatched"

    mailbox_id: MailboxId
    reason: Literal["no_match", "ambiguous"]
    """`ambiguous`: several workspaces own an address that it was sent to."""
    sender: Annotated[str, Field(alias="from", examples=["ada@example.com"])]
    """Address in its From header; may be empty."""
    subject: Annotated[str, Field(examples=["Re: A question"])]
    kind: Literal["person", "machine", "report", "complaint"]
    """Kind of sender; a `report` is a delivery status notification about another email."""
    kept_at: Annotated[str, Field(examples=["inbound/5lrvc6v1s2u8jm2r8gq5o3v1f0q7c0k4d9h6t2g1"])]
    """S3 key of the email in the deployment's bucket; empty if it is not kept."""
