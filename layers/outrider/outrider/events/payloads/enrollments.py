"""Events about enrollments: the progress of a contact through a campaign."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    CampaignId,
    ContactId,
    EnrollmentId,
    LeadId,
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
    lead_id: LeadId | NotAlways = None
    """The lead for which a workflow enrolled the contact."""


class EnrollmentCreatedData(_AboutEnrollment):
    """A contact was enrolled in a campaign, also if it had been enrolled before."""

    event: ClassVar[EventName] = "enrollment.created"


class EnrollmentPausedData(_AboutEnrollment):
    """An enrollment was paused: nothing is sent until it is resumed."""

    event: ClassVar[EventName] = "enrollment.paused"

    reason: Literal["by_person", "unknown_outcome"]
    """`by_person`: paused through the API. `unknown_outcome`: it is unknown whether its last
    message was sent."""
    message_id: MessageId | NotAlways = None
    """The message of unknown outcome."""


class EnrollmentResumedData(_AboutEnrollment):
    """A paused enrollment was resumed, or a failed one is retried."""

    event: ClassVar[EventName] = "enrollment.resumed"

    reason: Literal["retried"] | NotAlways = None
    """`retried`: it had failed, and continues with the step that failed."""


class EnrollmentFinishedData(_AboutEnrollment):
    """An enrollment ended: after its last step, by a reply, a bounce, an opt-out, or through the
    API."""

    event: ClassVar[EventName] = "enrollment.finished"

    status: Literal["finished", "replied", "opted_out", "bounced", "stopped", "company_replied"]
    reason: Annotated[str, Field(examples=["completed"])]
    """Details of the status: `completed`, `hard_bounce`, `unsubscribed`, `by_person`, `erased`,
    …"""
    outcome: ReplyClass | NotAlways = None
    """Class of the reply that ended it."""


class EnrollmentFailedData(_AboutEnrollment):
    """An enrollment ended because its next message could not be composed or was rejected
    permanently."""

    event: ClassVar[EventName] = "enrollment.failed"

    status: Literal["failed"]
    reason: FailureReason
