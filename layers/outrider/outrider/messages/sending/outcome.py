"""Recorder of step outcomes: one transaction writes the message once, and advances or ends the
enrollment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from outrider.access.models import Caller
from outrider.campaigns.dispatch import windows
from outrider.campaigns.dispatch.due_index import lane_of
from outrider.campaigns.enrollments import branching
from outrider.campaigns.enrollments.endings import Endings
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import UNKNOWN_OUTCOME, Enrollment, Thread
from outrider.campaigns.statistics.repository import Statistics
from outrider.kit import clock
from outrider.kit.aws.dynamodb import Action, transact
from outrider.kit.counters import Counters
from outrider.kit.observability import metrics
from outrider.kit.outbox import Event, short
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository
from outrider.messages.sending.snapshot import PinnedSequence


@dataclass(frozen=True, slots=True)
class OutcomeRecorder:
    """Recorder of step outcomes for one campaign. `wake` lets the campaign's clock wake earlier:
    its arguments are the due time of the next step and the time for which the clock is set."""

    caller: Caller
    enrollments: EnrollmentRepository
    endings: Endings
    counters: Counters
    statistics: Statistics
    messages: MessageRepository
    wake: Callable[[datetime, str], None]

    def sent(self, enrollment: Enrollment, message: Message, way: PinnedSequence) -> None:
        """Record that the claimed message was sent, and advance the enrollment. Raises
        TransactionFailed if the claim was lost, and StoreFailed if DynamoDB fails."""
        self.advance(
            enrollment,
            message,
            way,
            self.messages.add_action(message, [self.event(message, "sent")]),
            thread=continued(enrollment.thread, message),
        )
        metrics.count("MessagesSent")

    def failed(self, enrollment: Enrollment, message: Message, *writes: Action) -> None:
        """Record that the claimed message was permanently refused, and end the enrollment. `writes`
        are part of the transaction. Raises TransactionFailed if the claim was lost, and StoreFailed
        if DynamoDB fails."""
        transact(
            self.fail_action(message),
            *self.endings.end_actions(
                enrollment, "failed", message.reason or "failed", claimed=message.id
            ),
            self.count_action(message, "failed"),
            *writes,
        )
        metrics.count("MessagesRefused")

    def lost(self, enrollment: Enrollment, message: Message) -> None:
        """Record that the outcome of the claimed message is unknown, and pause the enrollment: the
        message is not resent. Raises TransactionFailed if the claim was lost, and StoreFailed if
        DynamoDB fails."""
        paused = self.caller.event(
            "enrollment.paused",
            identity=f"{enrollment.id}/{enrollment.generation}/{message.id}",
            reason=UNKNOWN_OUTCOME,
            message_id=message.id,
            **enrollment.names(),
        )
        transact(
            self.messages.add_action(message.lost()),
            self.enrollments.pause_claimed_action(
                enrollment.contact_id, message.id, UNKNOWN_OUTCOME, [paused]
            ),
            self.counters.add_action(active=-1, paused=1),
        )
        metrics.count("OutcomesUnknown")

    def skipped(
        self, enrollment: Enrollment, message: Message, way: PinnedSequence, reason: str
    ) -> None:
        """Record that the step was skipped, and advance the enrollment. Raises TransactionFailed if
        the enrollment changed, and StoreFailed if DynamoDB fails."""
        self.advance(
            enrollment,
            message,
            way,
            self.skip_action(message, reason),
            counted=f"skipped_{reason}",
            claimed=False,
        )

    def advance(
        self,
        enrollment: Enrollment,
        message: Message,
        way: PinnedSequence,
        *writes: Action,
        counted: str = "",
        thread: Thread | None = None,
        claimed: bool = True,
    ) -> None:
        """Advance the enrollment from the step of `message` to the next step, or finish it.
        `writes` are part of the transaction; `claimed` is true if this worker holds the claim.
        Raises TransactionFailed if the enrollment changed, and StoreFailed if DynamoDB fails."""
        stats = [self.count_action(message, counted)] if counted else []
        following = branching.step_after(way.steps, message.step_id)
        if following is None:
            claim = message.id if claimed else None
            end = self.endings.end_actions(enrollment, "finished", "completed", claimed=claim)
            transact(*writes, *end, *stats)
            return
        due = windows.due_after(clock.now(), following, way.settings, enrollment.timezone)
        lane = lane_of(enrollment, following, message.mailbox_id)
        transact(
            *writes,
            self.enrollments.advance_action(
                message.contact_id, message.id, following.id, due, lane=lane, thread=thread
            )
            if claimed
            else self.enrollments.skip_to_action(enrollment, following.id, due, lane),
            *stats,
        )
        self.wake(due, way.wakes_at)

    def fail_action(self, message: Message) -> Action:
        """Return the write of a message whose step failed, with the reason in `message.reason`."""
        failed = message.model_copy(update={"state": "failed"})
        return self.messages.add_action(failed, [self.event(failed, "failed", failed.reason or "")])

    def skip_action(self, message: Message, reason: str) -> Action:
        """Return the write of a message whose step was skipped."""
        left_out = message.model_copy(update={"state": "skipped", "reason": reason})
        return self.messages.add_action(left_out, [self.event(message, "skipped", reason)])

    def count_action(self, message: Message, name: str) -> Action:
        return self.statistics.add_action(
            clock.now().date(), message.step_id, message.variant_id, name
        )

    def event(self, message: Message, what: str, reason: str = "") -> Event:
        """Return the event `<family>.<what>` of the message. It is idempotent: its identity is the
        message id."""
        return self.caller.event(
            f"{message.family}.{what}",
            identity=message.id,
            **({"reason": short(reason)} if reason else {}),
            **message.names(),
        )


def continued(thread: Thread | None, message: Message, rfc_message_id: str = "") -> Thread | None:
    """Return the email thread with this message added; None if the message is not an email."""
    if message.channel != "email":
        return None
    thread = thread or Thread(subject=message.subject or "", message_ids=[])
    rfc_message_id = rfc_message_id or message.rfc_message_id or ""
    return thread.with_(rfc_message_id) if rfc_message_id else thread
