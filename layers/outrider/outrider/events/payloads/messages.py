"""Events about emails and text messages."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    CampaignId,
    ContactId,
    EnrollmentId,
    LeadId,
    MailboxId,
    MessageId,
    NotAlways,
    Payload,
    SequenceId,
    StepId,
)

FailureReason = Annotated[str, Field(pattern=r"^[a-z_]+$", examples=["refused"])]
"""Machine-readable reason; the message has the full text, which may quote personal data."""
BounceReason = Literal[
    "no_such_address",
    "no_such_domain",
    "address_disabled",
    "kept_bouncing",
    "suppressed",
    "mailbox_full",
    "rate_limited",
    "greylisted",
    "blocked",
    "content_refused",
    "authentication_failed",
    "too_large",
    "loop",
    "expired",
    "relay_denied",
    "sender_refused",
    "policy",
    "network",
    "server_error",
    "forwarding",
    "unknown",
]
SkipReason = Annotated[str, Field(examples=["replied"])]


class AboutMessageData(Payload):
    """Ids of a message and of the enrollment step that it belongs to."""

    message_id: MessageId
    contact_id: ContactId
    campaign_id: CampaignId
    sequence_id: SequenceId
    enrollment_id: EnrollmentId
    step_id: StepId
    lead_id: LeadId | NotAlways = None
    """The lead for which a workflow enrolled the contact."""


class _AboutEmail(AboutMessageData):
    mailbox_id: MailboxId
    """The mailbox that sent it."""


class EmailSentData(_AboutEmail):
    """An email was accepted by SES or by the mailbox's SMTP server."""

    event: ClassVar[EventName] = "email.sent"


class EmailDeliveredData(_AboutEmail):
    """An email was accepted by the recipient's server."""

    event: ClassVar[EventName] = "email.delivered"


class EmailOpenedData(_AboutEmail):
    """An email was opened for the first time; at most once by a person and once by a machine."""

    event: ClassVar[EventName] = "email.opened"

    machine: bool
    """True if a proxy or a scanner opened it, which does not mean that the person read it."""


class EmailClickedData(_AboutEmail):
    """A link in an email was followed for the first time."""

    event: ClassVar[EventName] = "email.clicked"


class EmailBouncedData(_AboutEmail):
    """An email bounced, or its recipient was rejected permanently during the SMTP session, in which
    case `email.failed` is sent too. A hard bounce can follow a soft bounce of the same email, as
    when an address has bounced for two weeks."""

    event: ClassVar[EventName] = "email.bounced"

    bounce: Literal["hard", "soft"]
    """`hard`: the address cannot receive email, and is suppressed. `soft`: a temporary failure."""
    reason: Annotated[BounceReason, Field(examples=["no_such_address"])]
    """Reason for the bounce: [what each means](../replies.md#why-an-email-bounces)."""
    detail: Annotated[str, Field(examples=["General: smtp; 550 5.1.1 user unknown"])]
    """Diagnostic text of the recipient's server, the mailbox's server or SES."""


class EmailComplainedData(_AboutEmail):
    """The recipient marked an email as spam."""

    event: ClassVar[EventName] = "email.complained"


class EmailFailedData(AboutMessageData):
    """An email could not be composed or was rejected permanently, and its enrollment ends; or an
    email of unknown outcome was settled as not sent."""

    event: ClassVar[EventName] = "email.failed"

    mailbox_id: MailboxId | NotAlways = None
    """The mailbox that should have sent it."""
    reason: FailureReason | NotAlways = None
    """Omitted if the email was settled as not sent."""


class EmailSkippedData(AboutMessageData):
    """An email step was skipped, by its condition or by a rule."""

    event: ClassVar[EventName] = "email.skipped"

    mailbox_id: MailboxId | NotAlways = None
    """The mailbox that would have sent it."""
    reason: SkipReason


class SmsSentData(AboutMessageData):
    """A text message was accepted by SNS."""

    event: ClassVar[EventName] = "sms.sent"


class SmsFailedData(AboutMessageData):
    """A text message could not be composed or was rejected permanently, and its enrollment ends; or
    a text message of unknown outcome was settled as not sent."""

    event: ClassVar[EventName] = "sms.failed"

    reason: FailureReason | NotAlways = None
    """Omitted if the message was settled as not sent."""


class SmsSkippedData(AboutMessageData):
    """An SMS step was skipped, by its condition or by a rule."""

    event: ClassVar[EventName] = "sms.skipped"

    reason: SkipReason
