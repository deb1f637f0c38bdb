"""Changes that a notice about an email causes. A notice may arrive twice, late or out of order;
each fact is recorded once and never reverted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from outrider.access.models import Caller, WorkspaceId
from outrider.feedback.guardrails import Guardrails
from outrider.feedback.notices import Kind, Notice
from outrider.feedback.rejections import Rejections
from outrider.kit import clock
from outrider.messages.bounces.reasons import Diagnosis
from outrider.messages.bounces.service import Bounces
from outrider.messages.models import Message
from outrider.messages.outcomes.settlement import Settling
from outrider.messages.repository import MessageRepository, SentMessages
from outrider.messages.tracking.marks import Marks
from outrider.messages.tracking.opt_out import OptOuts

_RECORD_LAG = timedelta(minutes=30)
"""Longest time between the sending of an email and the record of its message: if its worker died,
the lease of the claim must expire first. Until then, the queue redelivers the notice."""


class NotYetKnown(Exception):
    """Raised when the message of a notice is not recorded yet."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """Recorder of feedback on the emails of one workspace."""

    settling: Settling
    marks: Marks
    bounces: Bounces
    opt_outs: OptOuts
    rejections: Rejections
    guardrails: Guardrails

    def note(
        self,
        message: Message,
        kind: Kind,
        notice: Notice,
        rfc_message_id: str = "",
    ) -> None:
        """Record the notice on the message. `rfc_message_id` is the email's Message-ID, which
        settles a message of unknown outcome. Facts that are already recorded are not written again,
        because mail clients open an email many times. Raises Contended or Stale if every attempt
        lost its optimistic lock."""
        found = self.settling.went_out(message, notice.provider_id, rfc_message_id)
        if found is None:
            return
        match kind:
            case "accepted":
                pass
            case "delivered":
                if not found.delivered_at:
                    self.marks.delivered(found, notice.at)
            case "hard" | "soft":
                self.bounces.record(
                    found,
                    Diagnosis(kind, notice.reason),
                    notice.at,
                    notice.detail,
                    everywhere=notice.attested,
                )
                self.guardrails.check(found)
            case "complained":
                self.opt_outs.record(
                    found.contact_id, found.id, "complained", clock.now(), "complaint"
                )
                self.guardrails.check(found)
            case "rejected":
                self.rejections.record(found, notice.detail)


@dataclass(frozen=True, slots=True)
class FeedbackService:
    sent: SentMessages
    messages: Callable[[WorkspaceId], MessageRepository]
    feedback: Callable[[Caller], Feedback]
    message_id_of: Callable[[str], str]
    """Return the Message-ID header of the email with this provider id."""

    def receive(self, notice: Notice) -> Message | None:
        """Record the notice and return its message, or None if it is not one of ours. Raises
        NotYetKnown if the message is not recorded yet, and Contended or Stale if every attempt lost
        its optimistic lock: the queue must redeliver the notice."""
        known = self._known(notice)
        if known is None:
            if notice.message_id and notice.at > clock.now() - _RECORD_LAG:
                raise NotYetKnown(notice.message_id)
            return None
        workspace, message = known
        rfc_message_id = self.message_id_of(notice.provider_id)
        self.feedback(Caller.engine(workspace)).note(message, notice.kind, notice, rfc_message_id)
        return message

    def _known(self, notice: Notice) -> tuple[WorkspaceId, Message] | None:
        """Return workspace and message of the notice, found by the tags it was sent with, which
        also identify a message of unknown outcome, or by its provider id.

        The message may come from an eventually consistent read, because every change has a
        condition or reads it again. A missing message is confirmed by a consistent read.
        """
        if notice.message_id:
            workspace = WorkspaceId.of(notice.workspace_id, "live")
            messages, named = self.messages(workspace), notice.message_id
            message = messages.find(named, newest=False) or messages.find(named)
            if message is not None:
                return workspace, message
        return self.sent.find(notice.provider_id)
