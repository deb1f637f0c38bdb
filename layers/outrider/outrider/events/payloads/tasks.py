"""Events about manual tasks: calls, LinkedIn messages and others."""

from typing import ClassVar, Literal

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
    Timestamp,
)
from outrider.events.payloads.messages import AboutMessageData, FailureReason, SkipReason


class TaskDueData(AboutMessageData):
    """A manual task is due: `GET /v1/messages/{message_id}` describes it, and `POST
    /v1/messages/{message_id}/complete` marks it as done."""

    event: ClassVar[EventName] = "task.due"

    channel: Literal["linkedin", "call", "task"]
    due_at: Timestamp
    """When the task expires and the enrollment continues without it."""


class TaskCompletedData(AboutMessageData):
    """A task was marked as done."""

    event: ClassVar[EventName] = "task.completed"


class TaskExpiredData(AboutMessageData):
    """A task was not done in time; its enrollment continues."""

    event: ClassVar[EventName] = "task.expired"


class TaskCancelledData(Payload):
    """A task was cancelled because its enrollment ended."""

    event: ClassVar[EventName] = "task.cancelled"

    message_id: MessageId
    enrollment_id: EnrollmentId
    contact_id: ContactId
    campaign_id: CampaignId
    sequence_id: SequenceId
    lead_id: LeadId | NotAlways = None
    """The lead for which a workflow enrolled the contact."""


class TaskFailedData(AboutMessageData):
    """The text of a task could not be composed; its enrollment ends."""

    event: ClassVar[EventName] = "task.failed"

    reason: FailureReason


class TaskSkippedData(AboutMessageData):
    """A task step was skipped, by its condition or by a rule."""

    event: ClassVar[EventName] = "task.skipped"

    reason: SkipReason
