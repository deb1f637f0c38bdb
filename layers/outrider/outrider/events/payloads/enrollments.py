"""Events about a contact's way through a campaign."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    CampaignId,
    ContactId,
    EnrollmentId,
    MessageId,
    NotAlways,
    Payload,
    SequenceId,
)
from outrider.events.payloads.messages import FailureReason
from outrider.events.payloads.replies import ReplyClass


class _AboutEnrollment(Payload):
    enrollment_id: EnrollmentId
    contact_id: ContactId
    campaign_id: CampaignId
    sequence_id: SequenceId


class EnrollmentCreatedData(_AboutEnrollment):
    """A contact was enrolled in a campaign; again, where it was in it before."""

    event: ClassVar[EventName] = "enrollment.created"


class EnrollmentPausedData(_AboutEnrollment):
    """Nothing more is sent until somebody resumes it."""

    event: ClassVar[EventName] = "enrollment.paused"

    reason: Literal["by_person", "unknown_outcome"]
    """`unknown_outcome`: nobody knows whether its last message went out."""
    message_id: MessageId | NotAlways = None
    """The message that nobody knows about."""


class EnrollmentResumedData(_AboutEnrollment):
    """It goes on: it was paused, or had failed and is retried."""

    event: ClassVar[EventName] = "enrollment.resumed"

    reason: Literal["retried"] | NotAlways = None
    """`retried`: it had failed, and goes on with the step that did."""


class EnrollmentFinishedData(_AboutEnrollment):
    """It ended: with its last step, by an answer, a bounce, an objection, or by a person."""

    event: ClassVar[EventName] = "enrollment.finished"

    status: Literal["finished", "replied", "opted_out", "bounced", "stopped", "company_replied"]
    reason: Annotated[str, Field(examples=["completed"])]
    """More of the status: `completed`, `hard_bounce`, `unsubscribed`, `by_person`, `erased`, …"""
    outcome: ReplyClass | NotAlways = None
    """What the answer says that ended it."""


class EnrollmentFailedData(_AboutEnrollment):
    """It ended because its next message could not be made, or was refused for good."""

    event: ClassVar[EventName] = "enrollment.failed"

    status: Literal["failed"]
    reason: FailureReason
