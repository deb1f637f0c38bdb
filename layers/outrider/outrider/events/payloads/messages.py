"""Events about mails and texts."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    CampaignId,
    ContactId,
    EnrollmentId,
    MailboxId,
    MessageId,
    NotAlways,
    Payload,
    SequenceId,
    StepId,
)

FailureReason = Annotated[str, Field(pattern=r"^[a-z_]+$", examples=["refused"])]
"""A word for it: the message has the whole reason, which may quote a person's data."""
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
    """What names a message: the step of an enrollment that it is of."""

    message_id: MessageId
    contact_id: ContactId
    campaign_id: CampaignId
    sequence_id: SequenceId
    enrollment_id: EnrollmentId
    step_id: StepId


class _AboutMail(AboutMessageData):
    mailbox_id: MailboxId
    """The mailbox that sent it."""


class EmailSentData(_AboutMail):
    """A mail was taken by SES, or by the mailbox's SMTP server."""

    event: ClassVar[EventName] = "email.sent"


class EmailDeliveredData(_AboutMail):
    """The recipient's server took a mail."""

    event: ClassVar[EventName] = "email.delivered"


class EmailOpenedData(_AboutMail):
    """A mail was opened for the first time; once by a person and once by a machine, at most."""

    event: ClassVar[EventName] = "email.opened"

    machine: bool
    """By a proxy or a scanner: it says nothing about the person."""


class EmailClickedData(_AboutMail):
    """A link of a mail was followed for the first time."""

    event: ClassVar[EventName] = "email.clicked"


class EmailBouncedData(_AboutMail):
    """A mail came back, or its recipient was refused for good as it was handed over, which is also
    told as `email.failed`. A hard bounce is also told of a mail that bounced softly before, as when
    mails have come back for two weeks."""

    event: ClassVar[EventName] = "email.bounced"

    bounce: Literal["hard", "soft"]
    """`hard`: the address takes no mail, and is suppressed. `soft`: it took none this time."""
    reason: Annotated[BounceReason, Field(examples=["no_such_address"])]
    """Why: [what each means](../replies.md#why-an-email-bounces)."""
    detail: Annotated[str, Field(examples=["General: smtp; 550 5.1.1 user unknown"])]
    """What the recipient's server, the mailbox's server or SES said."""


class EmailComplainedData(_AboutMail):
    """The recipient marked a mail as spam."""

    event: ClassVar[EventName] = "email.complained"


class EmailFailedData(AboutMessageData):
    """A mail could not be made, or was refused for good, and its enrollment ends; or a person said
    of one that nobody knew about that it did not go out."""

    event: ClassVar[EventName] = "email.failed"

    mailbox_id: MailboxId | NotAlways = None
    """The mailbox that was to send it."""
    reason: FailureReason | NotAlways = None
    """Left out where a person said that it did not go out."""


class EmailSkippedData(AboutMessageData):
    """The step of a mail was left out, by its condition or by a rule."""

    event: ClassVar[EventName] = "email.skipped"

    mailbox_id: MailboxId | NotAlways = None
    """The mailbox that would have sent it."""
    reason: SkipReason


class SmsSentData(AboutMessageData):
    """SNS took a text."""

    event: ClassVar[EventName] = "sms.sent"


class SmsFailedData(AboutMessageData):
    """A text could not be made, or was refused for good, and its enrollment ends; or a person said
    of one that nobody knew about that it did not go out."""

    event: ClassVar[EventName] = "sms.failed"

    reason: FailureReason | NotAlways = None
    """Left out where a person said that it did not go out."""


class SmsSkippedData(AboutMessageData):
    """The step of a text was left out, by its condition or by a rule."""

    event: ClassVar[EventName] = "sms.skipped"

    reason: SkipReason
