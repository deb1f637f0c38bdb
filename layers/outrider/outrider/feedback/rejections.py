"""Rejections: the provider accepted an email and then did not send it because of its content."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.access.models import Caller
from outrider.campaigns.enrollments.endings import Endings
from outrider.campaigns.enrollments.repository import EnrollmentRepository
from outrider.campaigns.models import Enrollment
from outrider.campaigns.statistics.repository import Statistics
from outrider.kit import clock
from outrider.kit.attempts import attempts
from outrider.kit.aws.dynamodb import Action, TransactionFailed, transact
from outrider.kit.errors import Contended
from outrider.kit.outbox import short
from outrider.messages.models import Message
from outrider.messages.repository import MessageRepository


@dataclass(frozen=True, slots=True)
class Rejections:
    caller: Caller
    messages: MessageRepository
    enrollments: Callable[[str], EnrollmentRepository]
    statistics: Callable[[str], Statistics]
    endings: Endings

    def record(self, message: Message, detail: str) -> None:
        """Record that the message failed after all, and end its enrollment, because the next step
        would refer to an email that was never received. Raises Contended if every attempt lost its
        optimistic lock."""
        reason = f"rejected: {detail}" if detail else "rejected"
        for _ in attempts():
            found = self.messages.get(message.contact_id, message.id)
            if found is None or found.state != "sent":
                return
            failed = self.caller.event(
                "email.failed", identity=found.id, reason=short(reason), **found.names()
            )
            try:
                transact(
                    self.messages.reject_action(found, reason, [failed]),
                    self.statistics(found.campaign_id).add_action(
                        clock.now().date(), found.step_id, found.variant_id, "failed"
                    ),
                    *self._end_actions(found, reason),
                )
            except TransactionFailed:
                continue
            return
        raise Contended("Others keep changing this message")

    def _end_actions(self, message: Message, reason: str) -> tuple[Action, ...]:
        enrollment = self.enrollments(message.campaign_id).get(message.contact_id)
        if enrollment is None or enrollment.is_over or enrollment.state == "sending":
            return ()
        return self.endings.end_actions(
            enrollment, "failed", reason, noted=_before(enrollment, message)
        )


def _before(enrollment: Enrollment, message: Message) -> dict[str, object]:
    """Return the enrollment fields from before the message, so that a retry continues at its
    step."""
    thread = enrollment.thread
    left = [each for each in thread.message_ids if each != message.rfc_message_id] if thread else []
    kept = thread.model_copy(update={"message_ids": left}) if thread and left else None
    return {"step_id": message.step_id, "thread": kept.packed() if kept else None}
