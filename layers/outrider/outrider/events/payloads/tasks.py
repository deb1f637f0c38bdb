"""Events about what a person is to do: calls, messages on LinkedIn, anything else."""

from typing import ClassVar, Literal

from outrider.events.catalogue import EventName
from outrider.events.payloads.base import (
    CampaignId,
    ContactId,
    EnrollmentId,
    MessageId,
    Payload,
    SequenceId,
    Timestamp,
)
from outrider.events.payloads.messages import AboutMessageData, FailureReason, SkipReason


class TaskDueData(AboutMessageData):
    """A person is to do something: `GET /v1/messages/{message_id}` has what, and
    `POST /v1/messages/{message_id}/complete` says it is done."""

    event: ClassVar[EventName] = "task.due"

    channel: Literal["linkedin", "call", "task"]
    due_at: Timestamp
    """Then the enrollment goes on without it."""


class TaskCompletedData(AboutMessageData):
    """A person did a task."""

    event: ClassVar[EventName] = "task.completed"


class TaskExpiredData(AboutMessageData):
    """Nobody did a task in time; its enrollment goes on."""

    event: ClassVar[EventName] = "task.expired"


class TaskCancelledData(Payload):
    """A task needs not be done any more: its enrollment ended."""

    event: ClassVar[EventName] = "task.cancelled"

    message_id: MessageId
    enrollment_id: EnrollmentId
    contact_id: ContactId
    campaign_id: CampaignId
    sequence_id: SequenceId


class TaskFailedData(AboutMessageData):
    """What a task asks for could not be written; its enrollment ends."""

    event: ClassVar[EventName] = "task.failed"

    reason: FailureReason


class TaskSkippedData(AboutMessageData):
    """The step of a task was left out, by its condition or by a rule."""

    event: ClassVar[EventName] = "task.skipped"

    reason: SkipReason
